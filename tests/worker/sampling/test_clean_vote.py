"""The vote without noise: of the input itself, in one pass of the job's rows, or none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.toy_runtimes import HalfSpace, Recorder
from worker.runtimes.runtime_errors import ModelOutputError
from worker.sampling.clean_vote import clean_class


@pytest.mark.parametrize(("first", "voted"), [(0.3, 1), (-0.3, 0)])
def test_it_is_the_class_of_the_input(first: float, voted: int) -> None:
    assert clean_class(HalfSpace(), np.array([first, 9.0], np.float32), 8) == voted


@pytest.mark.parametrize(("rows", "expected"), [(6, 6), (None, 8)])
def test_one_pass_of_the_jobs_rows_holds_the_input_alone(rows: int | None, expected: int) -> None:
    recorder = Recorder(rows=rows)
    x = np.array([[0.25, -1.5, 3.0]], np.float32)
    assert clean_class(recorder, x, 8) == 0
    (batch,) = recorder.batches
    np.testing.assert_array_equal(batch, np.broadcast_to(x, (expected, 1, 3)))


class _Silent(HalfSpace):
    def votes(self, batch: NDArray[np.float32]) -> NDArray[np.int64]:
        raise ModelOutputError(f"NaN in {batch}")


def test_there_is_none_where_the_model_gives_no_scores() -> None:
    assert clean_class(_Silent(), np.zeros(2, np.float32), 8) is None
