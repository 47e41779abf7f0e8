"""Certificates of randomized smoothing: pure mathematics, from counts to radii."""

from certificates.evidence import Bounds, Certifier, GradientSums, HitCounts, PairCounts

__all__ = ["Bounds", "Certifier", "GradientSums", "HitCounts", "PairCounts"]
