"""Rules on what a claim may ask for. Gateway, worker and verification use the same ones.

Each function lists problems as pairs of the request's field and a message.
"""

from __future__ import annotations

import math

from certificates.certifiers.certifier import Certifier
from certificates.kinds import Bounds, Decision

LARGEST_SUMS = 2**21
"""Most numbers in a job's gradient sums: input elements, times classes for multi-class. A choice: they then
take 16 MiB of memory (docs/running-certificates.md, "Memory")."""

LEAST_SIGMA = 1e-300
"""Below it a radius may be subnormal, with too few digits to be rounded down."""

LARGEST_ETA = 0.5
"""Above it a certificate may be more likely false than true."""

Problems = list[tuple[str, str]]


def number_problems(certifier: Certifier, bounds: Bounds, sigma: float, eta: float, n: int) -> Problems:
    """Check each number by itself."""
    found = []
    if bounds is Bounds.ANYTIME:
        found.append(("bounds", "must be `tight` or `paper`"))
    if n < 1:
        found.append(("n", "must be at least 1"))
    elif (said := certifier.number_problem(n, bounds)) is not None:
        found.append(("n", said))
    if not 0.0 < eta <= LARGEST_ETA:
        found.append(("eta", f"must be above 0 and at most {LARGEST_ETA:g}"))
    if not LEAST_SIGMA <= sigma < math.inf:
        found.append(("sigma", f"must be a finite number of at least {LEAST_SIGMA:g}"))
    return found


def decision_problems(
    certifier: Certifier, bounds: Bounds, decision: Decision, d: int, classes: int
) -> Problems:
    """Check the decision, and that the gradient sums it needs stay within ``LARGEST_SUMS``."""
    found = []
    if (said := certifier.decision_problem(decision)) is not None:
        found.append(("decision", said))
    if decision is not Decision.MAJORITY and bounds is not Bounds.TIGHT:
        found.append(("decision", "must be `majority` with the paper's bounds"))
    counted = certifier.gradient_sums(bounds, decision)
    if counted is not None and (numbers := counted.numbers(d, classes)) > LARGEST_SUMS:
        field = "bounds" if d > LARGEST_SUMS else "decision"
        message = f"needs gradient sums of {numbers:,} numbers for this model, over {LARGEST_SUMS:,}"
        found.append((field, message))
    return found


def rank_problems(decision: Decision, k: int | None, classes: int | None) -> Problems:
    """Check the rank within which a class is to stay; ``classes``: of the model, where it is known."""
    if decision is not Decision.TOP_K:
        return [] if k is None else [("k", "belongs to the decision `top_k` alone")]
    if k is None:
        return [("k", "is required with the decision `top_k`")]
    if k < 1:
        return [("k", "must be at least 1")]
    if classes is not None and k >= classes:
        return [("k", f"must be below {classes}, the number of the model's classes")]
    return []


def stop_problems(bounds: Bounds, decision: Decision, radius: float | None, *, give_up: bool) -> Problems:
    """Check the radius at which a job may stop, and whether there is one to give up."""
    found = []
    if give_up and radius is None:
        found.append(("stop.give_up", "needs a radius to give up: state `radius`"))
    if radius is not None:
        if not 0.0 < radius < math.inf:
            found.append(("stop.radius", "must be a finite number above 0"))
        if bounds is Bounds.PAPER:
            found.append(("stop", "needs `tight` bounds: the paper's hold for exactly n samples"))
        if decision is not Decision.MAJORITY:
            found.append(("stop", "needs the `majority` decision"))
    return found
