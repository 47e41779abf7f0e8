"""The formats of log lines: JSON objects for programs, plain lines for people at a terminal."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from functools import lru_cache
from typing import Final, Literal

LogFormat = Literal["auto", "terminal", "json"]

FIELDS: Final = (
    "request_id",
    "method",
    "path",
    "status",
    "job_id",
    "step",
    "attempt",
    "seconds",
    "samples",
    "repeated",
)
"""Fields that a message may have in its ``extra``; `jobs.repeated_lines` sets the last one, `repeated`."""


_ENCODER: Final = json.JSONEncoder(default=str)
"""One for all lines: `json.dumps` would make one for each."""


@lru_cache(maxsize=2)
def _second(second: int) -> str:
    """Return a time in UTC; many lines may have the same."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object; times are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment, given = _second(int(record.created)), vars(record)
        line: dict[str, object] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "pid": record.process,
        }
        line |= {name: given[name] for name in FIELDS if name in given}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _ENCODER.encode(line)


class TerminalFormatter(logging.Formatter):
    """Formats a record as a line to read: the local time, the level, the message, and the fields it has."""

    def __init__(self, *, coloured: bool) -> None:
        super().__init__()
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback below it."""
        moment = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = f"{record.levelname.lower():<8}"
        if self._coloured and record.levelno >= logging.WARNING:
            level = f"\x1b[{_RED if record.levelno >= logging.ERROR else _YELLOW}m{level}\x1b[0m"
        fields = [f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)]
        line = "  ".join([f"{moment} {level} {_one_line(record.getMessage())}", *map(_one_line, fields)])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


_RED: Final = 31
_YELLOW: Final = 33


def _one_line(text: str) -> str:
    """Return text without control characters: nobody who sends a request may write to the terminal."""
    return "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in text)


def formatter(chosen: LogFormat) -> logging.Formatter:
    """Return the format of this process's lines; ``auto`` is for people if standard error is a terminal."""
    at_terminal = sys.stderr.isatty()
    if chosen == "json" or (chosen == "auto" and not at_terminal):
        return JsonFormatter()
    return TerminalFormatter(coloured=at_terminal and not os.environ.get("NO_COLOR"))
