"""Compare a model's scores for equal rows, and refuse the model in words if they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from jobs.job_errors import PermanentFailure
from registry import ModelManifest
from worker.fixed_function.causes import Defect, advice
from worker.fixed_function.place_rounding import Tolerance

CHANGES: Final = "classifier_not_deterministic"
MIXES: Final = "classifier_mixes_rows"

Floats = NDArray[np.float32]
Scores = NDArray[Any]
"""Scores as a runtime gives them on the CPU: float32 or float64, (rows, classes)."""
Places = slice | NDArray[np.int64]
"""Places of rows in a pass."""


@dataclass(frozen=True, slots=True)
class Given:
    """A batch that a model was given, and its scores. ``again`` names giving it again, for messages.

    ``batch`` makes the batch: it is needed again only if the model is refused.
    """

    batch: Callable[[], Floats]
    scores: Scores
    again: str

    def equal_at(self, places: Places, before: Scores) -> bool:
        """Whether the rows at these places got exactly the scores ``before``, shape (rows, classes)."""
        return np.array_equal(self.scores[places], before) or not bool(
            _differ(self.scores[places], before).any()
        )


class Judge:
    """Compares the scores of one model, and refuses it in words.

    ``scores`` is a Runtime's method; ``when`` names the occasion in messages.
    """

    def __init__(self, manifest: ModelManifest, scores: Callable[[Floats], Scores], when: str) -> None:
        self._manifest = manifest
        self._scores = scores
        self._when = when

    def answer(self, batch: Floats) -> Given:
        """Give the model a batch, float32 of shape (rows, *input shape), and return it with its scores."""
        return Given(lambda: batch, self._scores(batch), f"{self._when}, one batch given twice")

    def unchanged(self, given: Given) -> None:
        """Give a batch again and require the same scores. Raises PermanentFailure."""
        changed = _differ(self._scores(given.batch()), given.scores)
        if changed.any():
            self._refuse(
                CHANGES,
                f"is not one fixed function: {given.again}, got other scores on {_of(changed)} rows",
                Defect.CHANGES,
            )

    def require_equal(
        self, given: Given, places: Places, before: Scores, beside: str, *others: Given
    ) -> None:
        """Require exactly the scores ``before``, (rows, classes), for rows that now lie beside others.

        ``beside`` names them. ``others``: the other batches of this comparison. If the model gives other
        scores when one of the batches is given again, that is stated as the reason. Raises PermanentFailure.
        """
        if not given.equal_at(places, before):
            self._mixes(given, places, before, f"at their places, beside {beside}", others)

    def require_near(
        self,
        given: Given,
        places: Places,
        before: Scores,
        tolerance: Tolerance | None,
        *others: Given,
    ) -> None:
        """Require scores (rows, classes) within the tolerance for rows at other places; None: equal.

        Raises as above.
        """
        differences = _distances(given.scores[places], before)
        differences[~_differ(given.scores[places], before)] = (
            0.0  # also for equal infinite scores, whose difference is NaN
        )
        allowed = 0.0 if tolerance is None else tolerance.accepted(before)
        if not bool((differences.max(axis=1) <= allowed).all()):
            self._mixes(given, places, before, "at other places of the batch", others)

    def _mixes(
        self,
        given: Given,
        places: Places,
        before: Scores,
        how: str,
        others: tuple[Given, ...],
    ) -> NoReturn:
        for one in (*others, given):
            self.unchanged(one)
        now = given.scores[places]
        apart = np.nan_to_num(_distances(now, before), posinf=float("inf"))
        self._refuse(
            MIXES,
            f"is not a function of one input: {self._when}, {_of(_differ(now, before))} rows got other "
            f"scores {how}, by up to {float(apart.max()):.2g} where the largest is "
            f"{float(np.abs(before).max()):.2g}",
            Defect.MIXES,
        )

    def _refuse(self, failure: str, finding: str, defect: Defect) -> NoReturn:
        raise PermanentFailure(
            failure, f"model {self._manifest.name!r} {finding}. {advice(self._manifest, defect)}"
        )


def _distances(now: Scores, before: Scores) -> NDArray[np.float64]:
    """Return the absolute differences, (rows, classes). Of infinite or NaN scores they may be NaN."""
    with np.errstate(invalid="ignore"):
        return np.abs(np.subtract(now, before, dtype=np.float64))


def _differ(now: Scores, before: Scores) -> NDArray[np.bool_]:
    """Return which rows differ in some score, bool, (rows,). NaN counts as equal to NaN."""
    equal = (now == before) | (np.isnan(now) & np.isnan(before))
    found: NDArray[np.bool_] = ~equal.all(axis=1)
    return found


def _of(rows: NDArray[np.bool_]) -> str:
    return f"{int(rows.sum())} of {len(rows)}"
