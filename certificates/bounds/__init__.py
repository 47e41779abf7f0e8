"""Confidence bounds: counts and an error probability in, bounds that hold but for it out.

Imports `counts` and `curves`. Divides no eta between bounds and makes no certificate.
"""
