"""Handle scores that differ between places of a batch only by rounding: the tolerance, and the votes.

A kernel may sum in another order in the last rows of a batch than in the first. Such differences are small,
and depend on the place but never on the content of other rows; that distinguishes them from mixing. The votes
counted here are a function of one input: docs/floating-point.md, Theorem 15.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from registry import ModelManifest
from worker.array_memory import Array
from worker.runtimes.runtime import PassByPass, Runtime
from worker.runtimes.scores import votes_of
from worker.runtimes.trial_batch import trial_batch

Scores = NDArray[Any]

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
    def of(cls, manifest: ModelManifest, scores: Scores) -> Tolerance:
        """Return the tolerance of a model that gave these scores at load, (rows, classes)."""
        unit = ACCEPTED[manifest.precision] * ULP[manifest.precision]
        return cls(unit, float(_magnitude(scores).max()))

    def accepted(self, scores: Scores) -> NDArray[np.float64]:
        """Return the accepted difference from the scores of each row, float64, (rows,)."""
        return self.unit * np.maximum(_magnitude(scores), self.largest)

    def near_ties(self, scores: Scores) -> NDArray[np.bool_]:
        """Return the rows whose vote ``MARGIN`` times the accepted difference could change, bool, (rows,)."""
        if scores.shape[1] == 1:
            return np.zeros(len(scores), np.bool_)
        two = np.partition(scores.astype(np.float64), -2, axis=1)
        with np.errstate(invalid="ignore"):
            apart: NDArray[np.bool_] = two[:, -1] - two[:, -2] > 2 * MARGIN * self.accepted(scores)
        return ~apart


class UpToRounding(PassByPass):
    """Makes one function of a runtime whose scores are rounded differently at different places of a batch.

    The vote of a row is the one at place 0 beside fixed neighbours. If the two largest scores are so far
    apart that rounding cannot change the vote, the pass at place 0 is not needed.
    """

    def __init__(self, runtime: Runtime, manifest: ModelManifest, rows: int, tolerance: Tolerance) -> None:
        self._runtime = runtime
        self._tolerance = tolerance
        self._alone = trial_batch(manifest, rows)
        self.computation = runtime.computation.model_copy(update={"row_scores": "equal up to rounding"})
        self.classes = runtime.classes
        self.rows = runtime.rows
        self.memory = runtime.memory

    def scores(self, batch: Array) -> Array:
        """See Runtime. These are the scores as computed, with their rounding."""
        return self._runtime.scores(batch)

    def votes(self, batch: Array) -> Array:
        """See Runtime. A row whose vote is a near-tie is computed again in its own pass."""
        memory = self.memory
        scores = memory.on_host(self._runtime.scores(batch))
        votes = votes_of(scores)
        for row in np.flatnonzero(self._tolerance.near_ties(scores)).tolist():
            self._alone[0] = memory.on_host(batch[row])
            alone = memory.on_host(self._runtime.scores(memory.placed(self._alone)))
            votes[row] = votes_of(alone[:1])[0]
        return memory.placed(votes)


def _magnitude(scores: Scores) -> NDArray[np.float64]:
    """Return the largest absolute finite score of each row, float64, (rows,); 0 if none is finite."""
    sizes = np.abs(scores.astype(np.float64))
    largest: NDArray[np.float64] = np.where(np.isfinite(sizes), sizes, 0.0).max(axis=1)
    return largest
