"""Keep one fault from filling a log: a line that repeats is written once, and then counted.

Lines of ordinary work are always written. Repeated warnings, errors and refused requests are held back and
counted. So a fault that happens a thousand times a second does not push earlier lines out of the file.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TextIO

WINDOW_S: Final = 10.0
"""A line like an earlier one is held back until the earlier one is this old. A choice."""
MOST: Final = 20
"""Most different lines in that time from one statement, or for one status of answers. A choice."""
_REMEMBERED: Final = 1000
"""Most kinds of lines that are remembered. A choice; it bounds the memory."""
_NUMBER: Final = re.compile(r"\d+")


@dataclass(slots=True)
class _Window:
    """The lines of one kind since ``began``: how many were held back; ``last`` is the latest of them."""

    began: float
    passed: int = 0
    held: int = 0
    last: logging.LogRecord | None = None


class Repeats:
    """Decides which lines are written. It is not thread-safe."""

    def __init__(self) -> None:
        self._windows: dict[object, _Window] = {}

    def admit(self, record: logging.LogRecord) -> Iterator[logging.LogRecord]:
        """Yield the lines to write now: the counts that are due, then this line unless it is held back.

        A line that represents others has their number as ``repeated``.
        """
        now = time.monotonic()
        kinds = _kinds(record)
        yield from self._due(now - WINDOW_S, but_for={kind for kind, _ in kinds})
        windows = [(self._window(kind, now), most) for kind, most in kinds]
        full = [window for window, most in windows if window.passed >= most]
        if full:
            full[0].held += 1
            full[0].last = logging.makeLogRecord(
                {**vars(record), "exc_info": None}
            )  # which would keep frames
            return
        for window, _ in windows:
            window.passed += 1
        if repeated := sum(window.held for window, _ in windows):
            record.repeated = repeated
            for window, _ in windows:
                window.held = 0
        yield record

    def rest(self) -> Iterator[logging.LogRecord]:
        """Yield the lines that represent all lines still held back."""
        yield from self._due(float("inf"), but_for=set())

    def _window(self, kind: object, now: float) -> _Window:
        """Return the window of a kind. A new window takes over the lines that the old one held back."""
        window = self._windows.get(kind)
        if window is None or now - window.began >= WINDOW_S:
            held = 0 if window is None else window.held
            self._windows.pop(kind, None)  # the dictionary is in order of age
            window = self._windows[kind] = _Window(now, held=held)
        return window

    def _due(self, until: float, but_for: set[object]) -> Iterator[logging.LogRecord]:
        """Forget windows that began before ``until`` or exceed the number remembered; yield their counts."""
        surplus = len(self._windows) - _REMEMBERED
        old = []
        for place, (kind, window) in enumerate(self._windows.items()):
            if window.began > until and place >= surplus:
                break
            if kind not in but_for:
                old.append(kind)
        for kind in old:
            window = self._windows.pop(kind)
            if window.last is not None and window.held:
                if window.held > 1:
                    window.last.repeated = window.held - 1
                yield window.last


def _kinds(record: logging.LogRecord) -> list[tuple[object, int]]:
    """List the kinds that a line belongs to, each with the number of lines that may pass."""
    status = getattr(record, "status", None)
    if isinstance(status, int) and status >= 400:
        return [((record.name, status), MOST)]
    if record.levelno < logging.WARNING:
        return []
    statement = (record.name, record.pathname, record.lineno)
    text = _NUMBER.sub("#", record.getMessage())
    job = getattr(record, "job_id", None)
    return [((statement, record.levelno, text, job, _raised_at(record)), 1), (statement, MOST)]


def _raised_at(record: logging.LogRecord) -> object:
    """Return the place and the message of an exception; repetitions share both."""
    if not record.exc_info or record.exc_info[1] is None:
        return None
    _, error, trace = record.exc_info
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = None if trace is None else (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
    return (type(error), place, _NUMBER.sub("#", str(error)))


class LimitedHandler(logging.StreamHandler[TextIO]):
    """Writes lines as its base does, except for repetitions."""

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()

    def emit(self, record: logging.LogRecord) -> None:
        """Write the lines that are due. Handlers are called with their lock held."""
        for line in self._repeats.admit(record):
            super().emit(line)

    def close(self) -> None:
        """Write the counts of lines still held back, and close."""
        self.acquire()
        try:
            for line in self._repeats.rest():
                super().emit(line)
        finally:
            self.release()
        super().close()
