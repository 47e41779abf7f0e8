"""How a job's eta is divided between what it may show early and what it shows at its end.

A client may see two certificates of one job: that of all samples, and, if it ends the job early or looks at
its progress, one that rests on the samples so far. It may choose between them by what it sees. Both may be
believed, because the failures of both together are paid from one eta:

* Without a stop radius, ``RUNNING_SHARE`` of eta goes to bounds that hold at every number of samples at once
  (anytime-valid), the rest to those for exactly ``n`` samples. Let R be the event that some running
  certificate of the job is ever wrong, F that the final one is. Then ``P(R) <= 0.01 eta`` by the former,
  ``P(F) <= 0.99 eta`` by the latter, and ``P(R or F) <= eta`` however the two depend on each other.
* With a stop radius, every certificate of the job, the last included, comes from anytime-valid bounds, which
  hold all at once; so all of eta is theirs.
* The paper's bounds hold for exactly ``n`` samples and get all of eta: such a job certifies nothing before
  its end.

Noise that is drawn with a stated error differs from its exact law by a total variation that is taken off eta
first: no event about the whole job is likelier by more than that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from certificates.kinds import Bounds

RUNNING_SHARE = 0.01
"""Part of eta for what a job without a stop radius certifies before its end."""

WHILE_RUNNING = "while_running"
WHEN_COMPLETE = "when_complete"


@dataclass(frozen=True, slots=True)
class Budget:
    """Shares of eta: for the error of the noise as drawn, for running certificates, for the final one."""

    charge: float
    running: float
    final: float


def divide_eta(eta: float, charge: float, bounds: Bounds, *, stops: bool) -> Budget:
    """Divide eta, of which ``charge`` is taken by the error of the noise as drawn.

    ``stops``: whether the job has a stop radius. With ``charge < eta`` the parts add up to at most eta as
    real numbers.
    """
    rest = math.nextafter(eta - charge, 0.0) if charge else eta
    if bounds is Bounds.PAPER:
        return Budget(charge, 0.0, rest)
    if stops:
        return Budget(charge, rest, 0.0)
    running = RUNNING_SHARE * rest
    return Budget(charge, running, math.nextafter(rest - running, 0.0))
