"""Certificates of randomized smoothing: counts come in, certified radii go out.

The mathematics alone, with NumPy and SciPy. It imports nothing of the service, reads no file, draws no
sample, and never rounds towards a larger radius.
"""

from certificates.bounds.all_pairs_gradient import gradient_norm_upper_all_pairs
from certificates.bounds.anytime import (
    dipole_radius_anytime,
    epoch_share,
    probability_lower_anytime,
)
from certificates.bounds.clopper_pearson import (
    clopper_pearson_lower,
    clopper_pearson_upper,
)
from certificates.bounds.gradient_ceiling import gradient_norm_ceiling
from certificates.bounds.joint_dipole.search import dipole_radius_joint
from certificates.bounds.missed_gradient import gradient_norm_upper_misses
from certificates.bounds.multiclass import (
    MulticlassBound,
    first_order_multiclass,
    second_order_multiclass,
)
from certificates.bounds.pair_statistic import PairStatistic
from certificates.bounds.paired_gradient import gradient_norm_upper_paired
from certificates.bounds.statistic_choice import statistic_for
from certificates.certificate import Certificate, Estimate, GradientNorm, Rival
from certificates.certifiers.certifier import Certifier, certify
from certificates.certifiers.certifier_registry import CERTIFIERS, certifier_named
from certificates.certifiers.dipole import DIPOLE, certify_dipole
from certificates.certifiers.first_order import FIRST_ORDER, certify_first_order
from certificates.certifiers.second_order import SECOND_ORDER, certify_second_order
from certificates.claim.claim import Claim
from certificates.claim.default_certifier import default_certifier
from certificates.counts.all_pairs import AllPairsMean, AllPairsSums
from certificates.counts.epochs import epoch_at, epoch_ends
from certificates.counts.evidence import (
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    round_up_to_grid,
)
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
from certificates.kinds import Bounds, Decision, EndedBy, EvidenceKind, GradientSumsKind, Weights
from certificates.noise_laws import NOISE_LAWS, Noise

__all__ = [
    "CERTIFIERS",
    "DIPOLE",
    "FIRST_ORDER",
    "NOISE_LAWS",
    "SECOND_ORDER",
    "AllPairsMean",
    "AllPairsSums",
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
    "EvidenceKind",
    "FirstOrderCurve",
    "GradientNorm",
    "GradientSums",
    "GradientSumsKind",
    "HitCounts",
    "MulticlassBound",
    "Noise",
    "PairCounts",
    "PairStatistic",
    "Rival",
    "SecondOrderCurve",
    "Weights",
    "certifier_named",
    "certify",
    "certify_dipole",
    "certify_first_order",
    "certify_second_order",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "default_certifier",
    "dipole_edge",
    "dipole_radius",
    "dipole_radius_anytime",
    "dipole_radius_joint",
    "epoch_at",
    "epoch_ends",
    "epoch_share",
    "first_order_multiclass",
    "first_order_radius",
    "gradient_norm_ceiling",
    "gradient_norm_upper_all_pairs",
    "gradient_norm_upper_misses",
    "gradient_norm_upper_paired",
    "probability_lower_anytime",
    "round_up_to_grid",
    "second_order_multiclass",
    "second_order_radius",
    "statistic_for",
]
