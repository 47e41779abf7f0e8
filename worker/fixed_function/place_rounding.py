"""Scores that depend on a row's place in a batch by rounding alone: how far, and what counts as a vote then.

A kernel may add up in another order in the last rows of a batch than in the first. That is told from mixing
by its size, and by its cause: it depends on the place, and never on what lies in the other rows. The proof
that a vote counted here is a function of one input is in docs/floating-point.md.
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
"""Distance of 1 from the next number in the precision that a manifest asks for; None: taken as float32."""
ACCEPTED: Final[dict[str | None, int]] = {None: 16, "float32": 16, "float16": 1, "bfloat16": 1}
"""Ulps by which scores may differ between places. Measured: up to 4.5 in float32, none in bfloat16."""
MARGIN: Final = 8
"""A vote counts as it is if scores that differ by this many times what is accepted could not turn it."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far scores may be rounded apart: ``unit`` times the largest finite score.

    That of the row, or of all rows looked at at load, ``largest``, whichever is larger: a row of small scores
    may have been computed from numbers as large as any other's.
    """

    unit: float
    largest: float

    @classmethod
    def of(cls, manifest: ModelManifest, scores: torch.Tensor) -> Tolerance:
        """Return the tolerance of a model that gave these scores at load, (rows, classes)."""
        unit = ACCEPTED[manifest.precision] * ULP[manifest.precision]
        return cls(unit, float(_magnitude(scores).max()))

    def accepted(self, scores: torch.Tensor) -> torch.Tensor:
        """Return by how much other scores of each row may differ from these, float64, (rows,)."""
        return self.unit * _magnitude(scores).clamp(min=self.largest)

    def near_ties(self, scores: torch.Tensor) -> torch.Tensor:
        """Return which rows' votes could be turned by ``MARGIN`` times what is accepted, bool, (rows,)."""
        if scores.shape[1] == 1:
            return torch.zeros(len(scores), dtype=torch.bool, device=scores.device)
        first, second = scores.double().topk(2, dim=1).values.unbind(dim=1)
        return ~(first - second > 2 * MARGIN * self.accepted(scores))


class UpToRounding(PassByPass):
    """A runtime whose scores are rounded differently at different places of a batch, made one function.

    A vote is that of the row in place 0 beside fixed neighbours. Where the two largest scores are so far
    apart that rounding cannot have turned it, this is known without computing it.
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
        """See Runtime: the scores as they were computed, rounding and all."""
        return self._runtime.scores(batch)

    def votes(self, batch: torch.Tensor) -> torch.Tensor:
        """See Runtime. A row whose vote is a near-tie takes a pass of its own."""
        scores = self._runtime.scores(batch)
        votes = votes_of(scores)
        for row in self._tolerance.near_ties(scores).nonzero().flatten().tolist():
            self._alone[0] = batch[row]
            votes[row] = votes_of(self._runtime.scores(self._alone)[:1])[0]
        return votes


def _magnitude(scores: torch.Tensor) -> torch.Tensor:
    """Return each row's largest finite size of a score, float64, (rows,); 0 if none is finite."""
    sizes = scores.double().abs()
    return torch.where(sizes.isfinite(), sizes, 0.0).amax(dim=1)
