"""Check that a base classifier is one function of one input: its scores depend on nothing else.

A certificate is about one fixed classifier of ``x + noise``. A model that draws random numbers, keeps a state
or lets the rows of a batch influence each other is not such a classifier, and counts of its votes certify
nothing. Scores are compared, not votes, since votes hide small differences. The checks find such a model only
if it misbehaves on the batches tried; they prove nothing about others (docs/floating-point.md, section 9).
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from certificates.noise_laws import Noise
from registry import ModelManifest
from worker.fixed_function.comparing import Floats, Given, Judge, Scores
from worker.fixed_function.lineups import LineUps
from worker.fixed_function.place_rounding import Tolerance, UpToRounding
from worker.fixed_function.trial_times import TrialTimes
from worker.noise.sources import noise_source
from worker.runtimes.runtime import Runtime

CHECK: Final = 2
"""Stream of the noise for the checks of a job. It is never used for estimates."""
TWICE: Final = "at load, one batch given twice"
AGAIN: Final = "the batch given at load, given again as the job was counted"
NOISE: Final = "noisy copies of the job's input"
EVEN, ODD = slice(0, None, 2), slice(1, None, 2)
"""Places of the rows that are compared in a pass, and places of their neighbours."""


class Reference:
    """A model that was tried when it was loaded, with the scores that it gave then.

    ``runtime`` counts its votes: the given runtime, or one that corrects for scores that are rounded
    differently at different places of a batch. ``times`` says after which shards it is tried again.
    """

    def __init__(self, manifest: ModelManifest, runtime: Runtime, rows: int) -> None:
        """Try the model. Raises PermanentFailure if it is not one function of one input."""
        self.times = TrialTimes(rows)
        self._scale = manifest.input.scale
        self._memory, self._runtime = runtime.memory, runtime
        self._judge = Judge(manifest, self._scores, "as the job was counted")
        self._line_ups = LineUps(manifest, rows)
        batches = (self._line_ups.strangers(index) for index in range(self._line_ups.passes))
        scores = [self._scores(batch) for batch in batches]
        tolerance = Tolerance.of(manifest, np.concatenate(scores))
        exact = self._try(Judge(manifest, self._scores, "at load"), scores, tolerance)
        self.runtime = runtime if exact else UpToRounding(runtime, manifest, rows, tolerance)
        self._allowed = None if exact else tolerance
        self._batch = self._line_ups.strangers(0)
        self._first = Given(lambda: self._batch, scores[0], AGAIN)

    def _try(self, judge: Judge, scores: list[Scores], tolerance: Tolerance) -> bool:
        """Return whether scores are the same bits at every place. ``scores`` has those of each pass."""
        judge.unchanged(self._base(0, scores))
        for turn in range(2 * len(self._line_ups.extremes)):
            kind, side = divmod(turn, 2)
            index = turn % len(scores)
            batch = self._line_ups.strangers(index)
            batch[side::2] = self._line_ups.extreme(kind)
            kept = slice(1 - side, None, 2)
            base = self._base(index, scores)
            beside = self._line_ups.names[kind]
            judge.require_equal(judge.answer(batch), kept, base.scores[kept], beside, base)
        exact = [self._at_every_place(judge, index, scores, tolerance) for index in range(len(scores))]
        return all(exact)

    def _base(self, index: int, scores: list[Scores]) -> Given:
        return Given(partial(self._line_ups.strangers, index), scores[index], TWICE)

    def _at_every_place(self, judge: Judge, index: int, scores: list[Scores], tolerance: Tolerance) -> bool:
        """Compare the rows of a pass with themselves at other places, beside rows of another pass.

        Other neighbours must not change a bit. If a bit differs, the rows are also tried at their own places.
        """
        before = scores[index].copy()
        before[ODD] = scores[(index + 1) % len(scores)][ODD]
        places = self._line_ups.moves(index)
        there = judge.answer(self._line_ups.beside_strangers(index)[np.argsort(places)])
        if there.equal_at(places, before):
            return True
        here, base = judge.answer(self._line_ups.beside_strangers(index)), self._base(index, scores)
        judge.require_equal(here, slice(None), before, "other rows", base)
        judge.require_near(there, places, before, tolerance, base)
        return False

    def check(
        self,
        x: NDArray[np.float32],
        sigma: float,
        seed: int,
        law: Noise,
        turns: range,
        *,
        antithetic: bool = False,
    ) -> None:
        """Check in a job that the model is still one function of one input.

        The rows from the load must get the scores that they got then, beside noisy copies of the job's input
        ``x``, of the model's shape. The noisy copies, which are not counted, must get the same scores beside
        rows from the load, beside other rows, and at other places. ``law`` is the law of the noise;
        ``antithetic``: the job counts pairs ``x + e``, ``x - e``, and its passes consist of them. This is
        done in each of the ``turns``. With none, the rows from the load are given again, in one pass. Raises
        PermanentFailure if a score differs.
        """
        if not turns:
            self._judge.unchanged(self._first)
            return
        rows, memory = len(self._batch), self._memory
        draws = rows // 2 if antithetic else rows
        drawn = (draws, sigma, seed, CHECK, law, self._scale)
        source = noise_source(x, memory.device, *drawn, antithetic=antithetic)
        noisy = memory.empty(self._batch.shape)
        for turn in turns:
            source.begin(noisy, turn)(0)
            self._turn(memory.on_host(noisy), turn, seed)

    def _scores(self, batch: Floats) -> Scores:
        """Return the scores of a batch, both on the CPU."""
        return self._memory.on_host(self._runtime.scores(self._memory.placed(batch)))

    def _turn(self, noisy: Floats, turn: int, seed: int) -> None:
        """Compare every second row of a noisy pass beside rows from the load, and at other places.

        At the other places the neighbours are the rest of the noisy pass, as in sampling, or in every second
        turn extreme rows. If bits differ there, the rows are also given at their own places: that shows
        whether the place or the neighbours made the difference.
        """
        judge, first = self._judge, self._first
        batch = self._batch.copy()
        batch[EVEN] = noisy[EVEN]
        answers = judge.answer(batch)
        judge.require_equal(answers, ODD, first.scores[ODD], NOISE, first)
        before = answers.scores[EVEN]
        others, beside = noisy, NOISE
        if turn % 2:
            kind = (seed + turn) % len(self._line_ups.extremes)
            others, beside = noisy.copy(), self._line_ups.names[kind]
            others[ODD] = self._line_ups.extreme(kind)
        shift = len(noisy) // 2 | 1  # odd: from even places to odd ones
        places = (np.arange(0, len(noisy), 2) + shift) % len(noisy)
        moved = judge.answer(np.roll(others, shift, axis=0))
        if not moved.equal_at(places, before):
            judge.require_equal(judge.answer(others), EVEN, before, beside, answers, first)
            judge.require_near(moved, places, before, self._allowed, answers, first)
