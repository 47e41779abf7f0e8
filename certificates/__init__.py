"""Certificates of randomized smoothing: pure mathematics, from counts to radii."""

from certificates.certificate import Certificate, Estimate, GradientNorm, Rival
from certificates.certification import certify, certify_dipole, certify_first_order, certify_second_order
from certificates.claim import Claim
from certificates.confidence import (
    clopper_pearson_lower,
    clopper_pearson_upper,
    gradient_norm_ceiling,
    gradient_norm_upper_paired,
)
from certificates.epochs import epoch_at, epoch_ends
from certificates.evidence import (
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    round_up_to_grid,
)
from certificates.kinds import Bounds, Certifier, Decision, EndedBy, Noise
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
from certificates.tight_anytime import (
    dipole_radius_anytime,
    gradient_norm_upper_anytime,
    probability_lower_anytime,
)
from certificates.tight_dipole import dipole_radius_joint
from certificates.tight_gradient import gradient_norm_upper_split
from certificates.tight_multiclass import (
    MulticlassBound,
    SplitStatistic,
    first_order_multiclass,
    second_order_multiclass,
)
from certificates.tight_sums import SplitProduct, SplitSums

__all__ = [
    "Bounds",
    "Certificate",
    "Certifier",
    "Claim",
    "Curve",
    "Decision",
    "DipoleCurve",
    "EndedBy",
    "Estimate",
    "Evidence",
    "FirstOrderCurve",
    "GradientNorm",
    "GradientSums",
    "HitCounts",
    "MulticlassBound",
    "Noise",
    "PairCounts",
    "Rival",
    "SecondOrderCurve",
    "SplitProduct",
    "SplitStatistic",
    "SplitSums",
    "certify",
    "certify_dipole",
    "certify_first_order",
    "certify_second_order",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "dipole_edge",
    "dipole_radius",
    "dipole_radius_anytime",
    "dipole_radius_joint",
    "epoch_at",
    "epoch_ends",
    "first_order_multiclass",
    "first_order_radius",
    "gradient_norm_ceiling",
    "gradient_norm_upper_anytime",
    "gradient_norm_upper_paired",
    "gradient_norm_upper_split",
    "probability_lower_anytime",
    "round_up_to_grid",
    "second_order_multiclass",
    "second_order_radius",
]
