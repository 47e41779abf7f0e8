"""Wrap standard output so that a failed write is an error, and standard error so that it is none."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any, TextIO, cast


class OutputLost(Exception):
    """The output could not be written: the disk is full, or its reader has gone."""


class _Stream:
    """A text stream that escapes characters its encoding lacks, and calls ``_failed`` when a write fails."""

    def __init__(self, stream: TextIO | None) -> None:
        self._closed = stream is None
        self._stream = io.StringIO() if stream is None else stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        if self._closed:
            self._failed("it is closed")
        with self._faults():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._faults():
            self._stream.flush()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # ValueError: closed meanwhile
            _discard_the_rest(self._stream)
            self._failed((isinstance(error, OSError) and error.strerror) or str(error))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _failed(self, reason: str) -> None:
        """Handle a failed write; here it is ignored."""


class _Output(_Stream):
    def _failed(self, reason: str) -> None:
        raise OutputLost(f"the output could not be written to stdout: {reason}")


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Within the block, a failed write to stdout raises OutputLost, and one to stderr is ignored."""
    output, errors = cast(TextIO, _Output(sys.stdout)), cast(TextIO, _Stream(sys.stderr))
    with redirect_stdout(output), redirect_stderr(errors):
        yield


def printable(text: str) -> str:
    """Replace the control characters that a terminal would obey; the length stays the same."""
    return "".join(
        letter if letter in "\n\t" or not _is_control(letter) else "\N{REPLACEMENT CHARACTER}"
        for letter in text
    )


def _is_control(letter: str) -> bool:
    return letter < " " or "\x7f" <= letter <= "\x9f"


def _discard_the_rest(stream: TextIO) -> None:
    """Send the rest of the buffer to the null device, so that the interpreter's end does not fail on it."""
    with suppress(OSError, ValueError):  # not a file: nothing is written at the end
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
