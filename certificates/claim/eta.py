"""Divide a job's eta between what it shows while it runs and what it shows at its end.

A client may see several certificates of one job: running ones, from the samples so far, and the final one. It
may choose between them by what it sees. That is sound because one eta pays for the failures of all of them:
docs/running-certificates.md, Theorem 16.

* Without a stop radius, ``RUNNING_SHARE`` of eta goes to bounds that hold at every number of samples at once
  (anytime-valid), and the rest to bounds for exactly ``n`` samples.
* With a stop radius, all certificates of the job come from anytime-valid bounds, which get all of eta.
* The paper's bounds hold for exactly ``n`` samples and get all of eta. Such a job certifies nothing before
  its end.

If noise is drawn with a stated error, its total variation distance from the exact law is subtracted from eta
first, since the probability of any event about the whole job may be larger by that much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from certificates.kinds import Bounds

RUNNING_SHARE = 0.01
"""Part of eta for what a job without a stop radius certifies before its end.

A choice. The final bounds keep 0.99 of eta: at eta 0.001 they are 3.093 instead of 3.090 standard errors
wide. Running certificates then hold at 1e-5, and their bounds are the wider for it.
"""

WHILE_RUNNING = "while_running"
WHEN_COMPLETE = "when_complete"


@dataclass(frozen=True, slots=True)
class Budget:
    """Shares of eta: for the error of the drawn noise, for running certificates, and for the final one."""

    charge: float
    running: float
    final: float


def divide_eta(eta: float, charge: float, bounds: Bounds, *, stops: bool) -> Budget:
    """Divide eta; ``charge`` is the part for the error of the drawn noise.

    ``stops``: whether the job has a stop radius. If ``charge < eta``, the exact sum of the parts is at most
    eta.
    """
    rest = math.nextafter(eta - charge, 0.0) if charge else eta
    if bounds is Bounds.PAPER:
        return Budget(charge, 0.0, rest)
    if stops:
        return Budget(charge, rest, 0.0)
    running = RUNNING_SHARE * rest
    return Budget(charge, running, math.nextafter(rest - running, 0.0))
