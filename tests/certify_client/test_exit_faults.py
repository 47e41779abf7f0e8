"""Whatever fails inside a command has its own exit status; 1 is left to a claim that does not hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from certify_client import ClientError, ServiceUnavailable
from certify_client.client_errors import UnusableSetting
from certify_client.exit_faults import EXIT_STATUS, Exit, faults_end_the_command
from certify_client.output_streams import OutputLost
from tests.certify_client.conftest import Certify

UNFORESEEN = [
    ZeroDivisionError("x"),
    KeyError("models"),
    EOFError(),
    BrokenPipeError(32, "Broken pipe"),
    OSError(28, "No space left"),
    RecursionError("x"),
    UnicodeEncodeError("ascii", "x", 0, 1, "x"),
    AssertionError(),
    StopIteration(),
    ExceptionGroup("x", [ValueError()]),
]


def fail(fault: BaseException) -> None:
    with faults_end_the_command():
        raise fault


@pytest.mark.parametrize("fault", UNFORESEEN, ids=lambda fault: type(fault).__name__)
def test_unforeseen(
    fault: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(typer.Exit) as ended:
        fail(fault)
    assert ended.value.exit_code == Exit.DEFECT
    told = capsys.readouterr().err
    assert f"certify has a defect and says nothing about any certificate: {type(fault).__name__}" in told
    assert "Traceback" not in told
    monkeypatch.setenv("CERTIFY_DEBUG", "1")
    with pytest.raises(typer.Exit):
        fail(fault)
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (MemoryError(), Exit.DEFECT),
        (KeyboardInterrupt(), 130),
        (OutputLost("x"), Exit.OUTPUT_LOST),
        (UnusableSetting("x"), Exit.REFUSED),
        (ServiceUnavailable("x"), Exit.UNAVAILABLE),
        (ClientError("x"), Exit.UNAVAILABLE),
    ],
    ids=lambda given: type(given).__name__,
)
def test_foreseen(fault: BaseException, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    fault.add_note("and what to do")
    with pytest.raises(typer.Exit) as ended:
        fail(fault)
    assert ended.value.exit_code == status
    told = capsys.readouterr().err
    assert told.endswith("\nand what to do\n")
    assert "defect" not in told


def test_a_fault_outside_of_the_commands(command: Certify, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise EOFError

    monkeypatch.setattr("certify_client.cli.app", broken)
    monkeypatch.setattr(broken, "registered_commands", [], raising=False)
    assert command("models").returncode == Exit.DEFECT


@pytest.mark.parametrize("arguments", [[], ["--help"], ["verify", "--help"]])
def test_help_tells_every_status(command: Certify, arguments: list[str]) -> None:
    told = " ".join(command(*arguments).stdout.split())
    assert "9 a defect of certify" in told
    assert all(f"{status.value} " in EXIT_STATUS for status in Exit)


def test_the_documents_tell_every_status(repository: Path) -> None:
    page = " ".join((repository / "docs" / "command-line.md").read_text().replace("`", "").split())
    statuses = re.findall(r"\b\d (?:[^,(]|, unusable)+", EXIT_STATUS)
    assert len(statuses) == len(Exit)
    assert [status for status in statuses if status.strip() not in page] == []


@pytest.mark.parametrize("arguments", [["verify"], ["--absent"], ["models", "x"], ["file"], ["-h"]])
def test_wrong_usage(command: Certify, arguments: list[str]) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
