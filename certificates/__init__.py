"""Certificates of randomized smoothing: pure mathematics, from counts to radii."""

from certificates.certificate import Certificate, Estimate, GradientNorm
from certificates.certification import certify, certify_dipole, certify_first_order, certify_second_order
from certificates.confidence import (
    clopper_pearson_lower,
    clopper_pearson_upper,
    gradient_norm_ceiling,
    gradient_norm_upper_paired,
)
from certificates.evidence import (
    Bounds,
    Certifier,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    round_up_to_grid,
)
from certificates.population import (
    Curve,
    DipoleCurve,
    FirstOrderCurve,
    SecondOrderCurve,
    dipole_edge,
    dipole_radius,
    first_order_radius,
    second_order_radius,
)

__all__ = [
    "Bounds",
    "Certificate",
    "Certifier",
    "Curve",
    "DipoleCurve",
    "Estimate",
    "Evidence",
    "FirstOrderCurve",
    "GradientNorm",
    "GradientSums",
    "HitCounts",
    "PairCounts",
    "SecondOrderCurve",
    "certify",
    "certify_dipole",
    "certify_first_order",
    "certify_second_order",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "dipole_edge",
    "dipole_radius",
    "first_order_radius",
    "gradient_norm_ceiling",
    "gradient_norm_upper_paired",
    "round_up_to_grid",
    "second_order_radius",
]
