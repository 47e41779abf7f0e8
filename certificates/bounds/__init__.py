"""Confidence bounds: from counts and an error probability to bounds that fail with at most that probability.

Imports `counts` and `curves`. A bound on several numbers at once divides its own error probability between
them. No bound knows what else a certificate spends, and no bound makes a certificate.
"""
