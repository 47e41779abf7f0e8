"""Gateway and worker log lines to read at a terminal, and JSON otherwise; a setting fixes either."""

from __future__ import annotations

import json
import logging
import os
import pty
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jobs.log_lines import TerminalFormatter
from tests.support.processes import started
from tests.support.server import free_port
from tests.support.wait import wait_until
from tests.support.worker import Worker

PROGRAMS = pytest.mark.parametrize("program", ["service", "worker"])


@contextmanager
def running(program: str, output: int, **settings: object) -> Iterator[None]:
    """Run a program without a server, which it logs or does not need, until the block ends."""
    nowhere = {"CERTIFY_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0", "CERTIFY_PORT": str(free_port())}
    given = {f"CERTIFY_{name.upper()}": str(value) for name, value in settings.items()}
    entry = Worker.entry if program == "worker" else (program,)
    process = started(entry, os.environ | nowhere | given, Path(f"/proc/{os.getpid()}/fd/{output}"))
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def first_line(program: str, ends: tuple[int, int], fixed: str) -> str:
    """Run a program that writes to the second of two ends; return the first line that it writes."""
    ours, theirs = ends
    os.set_blocking(ours, False)
    text = b""

    def whole() -> bool:
        nonlocal text
        with suppress(BlockingIOError):
            text += os.read(ours, 2**16)
        return b"\n" in text

    try:
        with running(program, theirs, log_format=fixed):
            wait_until(whole, "a line of the log")
    finally:
        os.close(theirs)
        os.close(ours)
    return text.decode().splitlines()[0]


@PROGRAMS
@pytest.mark.parametrize("fixed", ["auto", "json"])
def test_people_at_a_terminal_get_lines_to_read(program: str, fixed: str) -> None:
    line = first_line(program, pty.openpty(), fixed)
    assert line.startswith("{") == (fixed == "json"), line


@PROGRAMS
@pytest.mark.parametrize("fixed", ["auto", "terminal"])
def test_programs_get_json(program: str, fixed: str) -> None:
    line = first_line(program, os.pipe(), fixed)
    if fixed == "auto":
        assert json.loads(line)["message"]
    else:
        assert not line.startswith("{")
        assert "\x1b" not in line


def record(message: str, level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("x", level, __file__, 1, message, (), None)
    made.__dict__.update(fields)
    return made


def test_a_line_has_the_fields_of_its_message() -> None:
    line = TerminalFormatter(coloured=False).format(record("a job is accepted", job_id="abc", status=202))
    assert line.endswith("info     a job is accepted  status=202  job_id=abc")


def test_a_request_cannot_write_to_the_terminal() -> None:
    line = TerminalFormatter(coloured=False).format(record("answered", path="/\x1b[2J\nfake"))
    assert line.endswith(r"path=/\x1b[2J\nfake")


def test_warnings_are_coloured_where_colours_are_wanted() -> None:
    assert "\x1b[33mwarning" in TerminalFormatter(coloured=True).format(record("late", logging.WARNING))
    assert "\x1b" not in TerminalFormatter(coloured=True).format(record("done"))
