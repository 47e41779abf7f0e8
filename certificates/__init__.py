"""Certificates of randomized smoothing: pure mathematics, from counts to radii."""

from certificates.bounds.anytime import (
    dipole_radius_anytime,
    gradient_norm_upper_anytime,
    probability_lower_anytime,
)
from certificates.bounds.clopper_pearson import (
    clopper_pearson_lower,
    clopper_pearson_upper,
    gradient_norm_ceiling,
    gradient_norm_upper_paired,
)
from certificates.bounds.joint_dipole.search import dipole_radius_joint
from certificates.bounds.multiclass import (
    MulticlassBound,
    SplitStatistic,
    first_order_multiclass,
    second_order_multiclass,
)
from certificates.bounds.split_gradient import gradient_norm_upper_split
from certificates.certificate import Certificate, Estimate, GradientNorm, Rival
from certificates.certifiers.certification import (
    certify,
    certify_dipole,
    certify_first_order,
    certify_second_order,
)
from certificates.claim.claim import Claim
from certificates.counts.epochs import epoch_at, epoch_ends
from certificates.counts.evidence import (
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    round_up_to_grid,
)
from certificates.counts.split_sums import SplitProduct, SplitSums
from certificates.curves.lower_bounds import (
    Curve,
    DipoleCurve,
    FirstOrderCurve,
    SecondOrderCurve,
    dipole_edge,
    dipole_radius,
    first_order_radius,
    second_order_radius,
)
from certificates.kinds import Bounds, Certifier, Decision, EndedBy, Noise

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
