"""Which samples the gradient statistic of a job sums, decided before any of them is drawn."""

from __future__ import annotations

from certificates.kinds import Weights


def statistic_for(selection_hits: int, selection_n: int, n: int, d: int) -> Weights:
    """Return the weights with which a job of ``n`` samples in ``d`` elements sums its noise.

    ``selection_hits`` of ``selection_n`` votes of the selection were for the target. They are independent of
    the samples that count, so the choice costs no confidence. ValueError unless ``0 <= selection_hits <=
    selection_n`` and n and d are positive.
    """
    if not 0 <= selection_hits <= selection_n or min(n, d) < 1:
        raise ValueError(f"{selection_hits} of {selection_n} votes, n = {n} and d = {d} do not fit")
    return Weights.SCORES
