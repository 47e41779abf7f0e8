"""A log line that repeats is written once and then counted; other lines are written."""

from __future__ import annotations

import logging

import pytest

from jobs import repeated_lines
from jobs.repeated_lines import MOST, WINDOW_S, Repeats


class Clock:
    """A clock that tests turn on by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(repeated_lines, "time", made)
    return made


class Log:
    """A logger whose lines go through `Repeats`."""

    def __init__(self) -> None:
        self.repeats = Repeats()

    def __call__(self, message: str, *args: object, level: int = logging.ERROR, **extra: object) -> list[str]:
        """Return what is written when this is logged."""
        record = logging.getLogger("x").makeRecord("x", level, "f.py", 7, message, args, None, extra=extra)
        return [shown(line) for line in self.repeats.admit(record)]


def shown(line: logging.LogRecord) -> str:
    return f"{line.getMessage()} +{getattr(line, 'repeated', 0)}"


@pytest.fixture
def log(clock: Clock) -> Log:
    assert clock.now
    return Log()


def test_a_flood_is_one_line_and_then_a_count(log: Log, clock: Clock) -> None:
    assert log("no room for %d", 1) == ["no room for 1 +0"]
    assert [log("no room for %d", number) for number in range(4999)] == [[]] * 4999
    clock.now += WINDOW_S
    assert log("no room for %d", 3) == ["no room for 3 +4999"]
    assert log("no room for %d", 4) == []


def test_the_count_is_told_though_the_fault_is_over(log: Log, clock: Clock) -> None:
    for number in range(10):
        log("no room for %d", number)
    assert log("something else", level=logging.INFO) == ["something else +0"]
    clock.now += WINDOW_S
    assert log("something else", level=logging.INFO) == ["no room for 9 +8", "something else +0"]


def test_the_count_is_told_at_the_end(log: Log) -> None:
    for number in range(10):
        log("no room for %d", number)
    assert [shown(line) for line in log.repeats.rest()] == ["no room for 9 +8"]


def test_lines_of_ordinary_work_and_of_other_jobs_pass(log: Log) -> None:
    assert all(log("the step is done", level=logging.INFO, job_id="a") for _ in range(1000))
    assert all(log("answered", level=logging.INFO, status=202) for _ in range(1000))
    assert all(log("the job fails", level=logging.WARNING, job_id=f"job-{'x' * n}") for n in range(MOST))


def test_lines_that_differ_at_every_time_are_limited_too(log: Log) -> None:
    written = [log("defect at %s", "x" * number) for number in range(1000)]
    assert sum(map(len, written)) == MOST


def test_refused_requests_are_limited_for_each_status(log: Log) -> None:
    for status in (403, 503):
        written = [log("answered", level=logging.INFO, status=status, path=f"/{n}") for n in range(1000)]
        assert sum(map(len, written)) == MOST


def test_what_is_remembered_is_bounded(log: Log) -> None:
    for number in range(5000):
        log("message", level=logging.WARNING, job_id="j" * number)
    assert len(log.repeats._windows) < 1100
