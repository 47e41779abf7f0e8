"""Where the answer goes: a full disk, a closed pipe, an old encoding, a narrow terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.certify_client.conftest import Certify

CAT = "\N{CJK UNIFIED IDEOGRAPH-732B}"
ONE_POINT = ("--model", "cat", "--sigma", "0.5", "--n", "2000")
CERTIFY = (sys.executable, "-m", "certify_client")


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """The end to write to of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.fixture
def full_disk() -> Iterator[int]:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


def test_a_full_disk(environment: dict[str, str], point: Path, full_disk: int) -> None:
    for options in ([point, *ONE_POINT, "--json"], [point, *ONE_POINT]):
        done = run(options, environment, stdout=full_disk)
        assert done.returncode == 8
        job, lost, note = done.stderr.splitlines()
        assert lost == "the output could not be written to stdout: No space left on device"
        assert note == f"'certify show {job.removeprefix('job ')}' asks for {job} again"


LOST = "the output could not be written to stdout"


@pytest.mark.parametrize("options", [["--help"], ["models"], ["models", "--json"], ["file", "--help"]])
def test_every_command_says_that_its_output_is_lost(
    options: list[str], environment: dict[str, str], full_disk: int
) -> None:
    done = run(options, environment, stdout=full_disk)
    assert (done.returncode, done.stderr) == (8, f"{LOST}: No space left on device\n")


def test_a_pipe_that_nobody_reads(environment: dict[str, str], closed_pipe: int) -> None:
    done = run(["models"], environment, stdout=closed_pipe)
    assert (done.returncode, done.stderr) == (8, f"{LOST}: Broken pipe\n")


def test_a_claim_that_holds_is_not_said_to_fail(
    certify: Certify, environment: dict[str, str], point: Path, tmp_path: Path, closed_pipe: int
) -> None:
    result = tmp_path / "result.json"
    result.write_text(certify(point, *ONE_POINT, "--json").stdout)
    assert run(["verify", result], environment, stdout=closed_pipe).returncode == 8
    assert run(["verify", result], environment, redirected=">&-").returncode == 8
    assert (
        run(["verify", result], environment, stdout=subprocess.DEVNULL, redirected="2>&- <&-").returncode == 0
    )


def test_nobody_reads_stderr(
    environment: dict[str, str], point: Path, full_disk: int, closed_pipe: int
) -> None:
    for stderr in (full_disk, closed_pipe):
        done = run([point, *ONE_POINT, "--json"], environment, stderr=stderr)
        assert done.returncode == 0
        assert json.loads(done.stdout)["status"] == "succeeded"


def test_a_label_that_the_encoding_lacks(environment: dict[str, str], point: Path) -> None:
    for encoding in ("cp1252", "ascii"):
        old = environment | {"PYTHONIOENCODING": encoding}
        done = run([point, *ONE_POINT], old)
        assert done.returncode == 0, done.stderr
        assert "Certified: '\\u732b' (class 1), radius " in done.stdout


def test_json_is_ascii(certify: Certify, point: Path) -> None:
    done = certify(point, *ONE_POINT, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert json.loads(done.stdout)["certificate"]["prediction"]["label"] == CAT


def test_without_a_home(environment: dict[str, str]) -> None:
    bare = {name: environment[name] for name in ("CERTIFY_URL", "PATH")}
    done = run(["models"], bare)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_narrow_terminal(environment: dict[str, str], point: Path) -> None:
    terminal = environment | {"TERM": "xterm-256color"}
    coloured = on_terminal([point, *ONE_POINT], terminal, columns=20)
    assert b"\x1b[1;32m" in coloured
    assert f"Certified: '{CAT}' (class 1), radius " in coloured.decode()
    assert b"\x1b[1;32m" not in on_terminal([point, *ONE_POINT], terminal | {"NO_COLOR": "1"}, columns=20)
    listed = on_terminal(["models"], terminal, columns=20).decode()
    assert "slow-half-space" in listed
    assert "The same function, taking some milliseconds a batch." in listed


def on_terminal(arguments: Sequence[object], environment: dict[str, str], columns: int) -> bytes:
    """Run the command on a terminal of that width and return all it shows."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    environment = {name: value for name, value in environment.items() if name != "COLUMNS"}
    process = subprocess.Popen(
        [*CERTIFY, *map(str, arguments)], env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # EIO: the other end is closed
        pass
    os.close(ours)
    assert process.wait(30) == 0, shown
    return shown


def run(
    arguments: Sequence[object],
    environment: dict[str, str],
    *,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    redirected: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process; ``redirected`` changes its streams further, as a shell does."""
    given = [*CERTIFY, *map(str, arguments)]
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirected}', "sh", *given],
        env=environment,
        stdout=stdout,
        stderr=stderr,
        text=True,
        timeout=200,
        check=False,
    )
