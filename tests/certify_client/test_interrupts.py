"""Ctrl-C, SIGTERM and SIGHUP: the job is told of at once, and is cancelled with the command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from certify_client import CertificationClient, State
from certify_client.interrupts import Interrupted, Interrupts
from tests.support.wait import wait_until
from verification.certificate_check import verify

Process = subprocess.Popen[str]


@contextmanager
def endless(
    environment: dict[str, str], point: Path, *, under: Sequence[str] = ()
) -> Iterator[tuple[Process, str]]:
    """Run a command whose job would never end, and give the id that it tells."""
    arguments = [point, "--model", "slow-half-space", "--sigma", "0.5", "--n", "100000000", "--json"]
    command = subprocess.Popen(
        [*under, sys.executable, "-m", "certify_client", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert command.stderr is not None
        yield command, command.stderr.readline().removeprefix("job ").strip()
    finally:
        command.kill()
        command.communicate(timeout=200)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_job_is_cancelled(
    number: signal.Signals, client: CertificationClient, environment: dict[str, str], point: Path
) -> None:
    with endless(environment, point) as (command, job_id):
        wait_until(lambda: client.get(job_id).status is State.RUNNING, "the job to run")
        command.send_signal(number)
        stdout, stderr = command.communicate(timeout=200)
        assert command.returncode == 5, stderr
    job = json.loads(stdout)
    assert (job["id"], job["status"]) == (job_id, "cancelled")
    if job["certificate"] is not None:  # what its samples up to then support
        assert job["certificate"]["ended_by"] == "cancelled"
        assert verify(job).holds
    assert client.get(job_id).status is State.CANCELLED


def test_a_signal_that_nohup_ignores_stays_ignored(
    client: CertificationClient, environment: dict[str, str], point: Path
) -> None:
    ignored = ("sh", "-c", "trap '' HUP; exec \"$@\"", "sh")
    with endless(environment, point, under=ignored) as (command, job_id):
        command.send_signal(signal.SIGHUP)
        wait_until(lambda: client.get(job_id).progress.samples_done > 0, "samples")
        assert command.poll() is None
    assert client.cancel(job_id).status is State.CANCELLED


def test_a_signal_during_the_submission_waits_for_the_job() -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGTERM)  # raises nothing yet
        with pytest.raises(Interrupted) as caught:
            interrupts.release()
    assert caught.value.status == 143


def test_a_second_signal_is_not_kept_back() -> None:
    with Interrupts():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Interrupted, match="SIGTERM"):
            signal.raise_signal(signal.SIGTERM)


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with Interrupts():
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before
