"""Which samples the gradient statistic of a job sums, decided before any of them is drawn."""

from __future__ import annotations

import math

from certificates.bounds.all_pairs_gradient import squared_norm_upper
from certificates.bounds.clopper_pearson import clopper_pearson_upper
from certificates.bounds.missed_gradient import squared_norm_upper_misses
from certificates.bounds.pair_statistic import PairStatistic
from certificates.curves.normal_law import profile
from certificates.kinds import Weights

_SUPPOSED_PART = 0.4
"""Part of its ceiling that the gradient norm is supposed to have. A choice; real images lie around it."""

_SUPPOSED_ERROR = 1e-4
"""Error probability of the bounds that are compared: a tenth of the default eta. A choice."""


def statistic_for(selection_hits: int, selection_n: int, n: int, d: int) -> Weights:
    """Return the weights with which a job of ``n`` samples in ``d`` elements sums its noise.

    Both bounds are computed for the score that the votes of the selection suggest, and a gradient norm of 0.4
    of its ceiling. The weights with the smaller bound are returned. The selection's votes are independent of
    the samples that count, so the choice costs no confidence. ValueError unless ``0 <= selection_hits <=
    selection_n`` and n and d are positive.
    """
    if not 0 <= selection_hits <= selection_n or min(n, d) < 1:
        raise ValueError(f"{selection_hits} of {selection_n} votes, n = {n} and d = {d} do not fit")
    missed = (selection_n - selection_hits + 0.5) / (selection_n + 1.0)
    if n < 2 or missed >= 0.5:
        return Weights.SCORES
    q = clopper_pearson_upper(min(math.ceil(missed * n), n), n, _SUPPOSED_ERROR)
    supposed = PairStatistic(n, (_SUPPOSED_PART * profile(missed)) ** 2)
    by_scores = squared_norm_upper(supposed, d, _SUPPOSED_ERROR, profile(min(q, 0.5)))
    by_misses = squared_norm_upper_misses(supposed, d, _SUPPOSED_ERROR, q)
    return Weights.MISSES if by_misses < by_scores else Weights.SCORES
