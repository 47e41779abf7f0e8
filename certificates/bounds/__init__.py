"""Confidence bounds: counts and an error probability in, bounds that hold but for it out.

Imports `counts` and `curves`. A bound on several numbers at once divides its own error probability between
them. No bound knows what else a certificate spends, and no bound makes a certificate.
"""
