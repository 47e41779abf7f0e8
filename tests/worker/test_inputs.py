"""Inputs of jobs in a process: one reading of each, a few kept, no more bytes than allowed."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.job_errors import PermanentFailure
from tests.support.specs import Submission, submission
from worker.inputs import KEPT, KEPT_BYTES, Inputs

ONE = submission(np.array([[1.0], [2.0]], np.float32))


def kept(inputs: Inputs, job_id: str, made: Submission = ONE) -> np.ndarray:
    return inputs.keep(job_id, made.input_bytes, made.spec.input)


def test_an_input_is_wanted_once() -> None:
    inputs = Inputs()
    assert "a" not in inputs
    first = kept(inputs, "a")
    assert "a" in inputs
    np.testing.assert_array_equal(first, [[1.0], [2.0]])
    assert inputs.keep("a", b"", ONE.spec.input) is first


def test_what_was_used_longest_ago_goes_first() -> None:
    inputs = Inputs()
    for number in range(KEPT):
        kept(inputs, str(number))
    inputs.keep("0", b"", ONE.spec.input)
    kept(inputs, "one more")
    assert "0" in inputs
    assert "1" not in inputs
    assert all(str(number) in inputs for number in range(2, KEPT))


def test_large_inputs_leave_room_for_the_last_one_alone() -> None:
    inputs = Inputs()
    kept(inputs, "small")
    assert kept(inputs, "large", submission(np.zeros(KEPT_BYTES // 4, np.float32))).nbytes == KEPT_BYTES
    assert "small" not in inputs
    assert "large" in inputs


@pytest.mark.parametrize("content", [b"", ONE.input_bytes[:-1], ONE.input_bytes[::-1]])
def test_a_damaged_input_is_refused(content: bytes) -> None:
    with pytest.raises(PermanentFailure, match="submit the job again") as caught:
        Inputs().keep("a", content, ONE.spec.input)
    assert caught.value.failure_type == "input_damaged"
