"""Handle scores that differ between places of a batch only by rounding: the tolerance, and the votes.

A kernel may sum in another order in the last rows of a batch than in the first. Such differences are small,
and depend on the place but never on the content of other rows; that distinguishes them from mixing. The votes
counted here are a function of one input: docs/floating-point.md, Theorem 15.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch

from registry import ModelManifest
from worker.runtimes.runtime import PassByPass, Runtime
from worker.runtimes.scores import trial_batch, votes_of

ULP: Final[dict[str | None, float]] = {
    None: 2.0**-23,
    "float32": 2.0**-23,
    "float16": 2.0**-10,
    "bfloat16": 2.0**-7,
}
"""Distance from 1 to the next number in the precision that a manifest asks for; None counts as float32."""
ACCEPTED: Final[dict[str | None, int]] = {None: 16, "float32": 16, "float16": 1, "bfloat16": 1}
"""Ulps by which scores may differ between places. A choice, above the 4.5 in float32 and 0 in bfloat16 that
benchmarks/rows.py measured: a smaller number refuses more models, a larger one hides more mixing."""
MARGIN: Final = 8
"""A vote is a near-tie if a difference of this many times the accepted one could change it. A choice: larger
differences than were tried stay harmless, and few rows take a pass of their own."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far rounding may move scores: ``unit`` times the largest finite score.

    That is the largest score of the row, or ``largest``, that of all rows at load, whichever is larger: small
    scores may have been computed from numbers as large as those of other rows.
    """

    unit: float
    largest: float

    @classmethod
    def of(cls, manifest: ModelManifest, scores: torch.Tensor) -> Tolerance:
        """Return the tolerance of a model that gave these scores at load, (rows, classes)."""
        unit = ACCEPTED[manifest.precision] * ULP[manifest.precision]
        return cls(unit, float(_magnitude(scores).max()))

    def accepted(self, scores: torch.Tensor) -> torch.Tensor:
        """Return the accepted difference from the scores of each row, float64, (rows,)."""
        return self.unit * _magnitude(scores).clamp(min=self.largest)

    def near_ties(self, scores: torch.Tensor) -> torch.Tensor:
        """Return the rows whose vote ``MARGIN`` times the accepted difference could change, bool, (rows,)."""
        if scores.shape[1] == 1:
            return torch.zeros(len(scores), dtype=torch.bool, device=scores.device)
        first, second = scores.double().topk(2, dim=1).values.unbind(dim=1)
        return ~(first - second > 2 * MARGIN * self.accepted(scores))


class UpToRounding(PassByPass):
    """Makes one function of a runtime whose scores are rounded differently at different places of a batch.

    The vote of a row is the one at place 0 beside fixed neighbours. If the two largest scores are so far
    apart that rounding cannot change the vote, the pass at place 0 is not needed.
    """

    def __init__(self, runtime: Runtime, manifest: ModelManifest, rows: int, tolerance: Tolerance) -> None:
        self._runtime = runtime
        self._tolerance = tolerance
        self._alone = trial_batch(manifest, rows).to(runtime.device)
        self.computation = runtime.computation.model_copy(update={"row_scores": "equal up to rounding"})
        self.classes = runtime.classes
        self.rows = runtime.rows
        self.device = runtime.device

    def scores(self, batch: torch.Tensor) -> torch.Tensor:
        """See Runtime. These are the scores as computed, with their rounding."""
        return self._runtime.scores(batch)

    def votes(self, batch: torch.Tensor) -> torch.Tensor:
        """See Runtime. A row whose vote is a near-tie is computed again in its own pass."""
        scores = self._runtime.scores(batch)
        votes = votes_of(scores)
        for row in self._tolerance.near_ties(scores).nonzero().flatten().tolist():
            self._alone[0] = batch[row]
            votes[row] = votes_of(self._runtime.scores(self._alone)[:1])[0]
        return votes


def _magnitude(scores: torch.Tensor) -> torch.Tensor:
    """Return the largest absolute finite score of each row, float64, (rows,); 0 if none is finite."""
    sizes = scores.double().abs()
    return torch.where(sizes.isfinite(), sizes, 0.0).amax(dim=1)
