"""Inputs of jobs in a process: one reading of each, a few kept, no more bytes than allowed."""

from __future__ import annotations

import numpy as np

from worker.inputs import KEPT, KEPT_BYTES, Inputs

ONE = np.array([1.0, 2.0], "<f4").tobytes()


def test_an_input_is_wanted_once() -> None:
    inputs = Inputs()
    assert "a" not in inputs
    first = inputs.keep("a", ONE, (2, 1))
    assert "a" in inputs
    np.testing.assert_array_equal(first, [[1.0], [2.0]])
    assert inputs.keep("a", b"", (2, 1)) is first


def test_what_was_used_longest_ago_goes_first() -> None:
    inputs = Inputs()
    for number in range(KEPT):
        inputs.keep(str(number), ONE, (2,))
    inputs.keep("0", b"", (2,))
    inputs.keep("one more", ONE, (2,))
    assert "0" in inputs
    assert "1" not in inputs
    assert all(str(number) in inputs for number in range(2, KEPT))


def test_large_inputs_leave_room_for_the_last_one_alone() -> None:
    inputs, large = Inputs(), np.zeros(KEPT_BYTES // 4, "<f4")
    inputs.keep("small", ONE, (2,))
    assert inputs.keep("large", large.tobytes(), large.shape).nbytes == KEPT_BYTES
    assert "small" not in inputs
    assert "large" in inputs
