"""Ctrl-C leaves a run, with the table of what is done; the same command goes on with the same run."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from certify_client import CertificationClient
from certify_client.run_notes import note_path
from tests.support.wait import wait_until

ROWS = 6
SLOW = "20000"
"""Samples of a row: the rows of the slow model take seconds, a signal does not."""


def start(points: Path, out: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    asked = ("--model", "slow-half-space", "--sigma", "0.5", "--n", SLOW, "--seed", "1", "--out", str(out))
    return subprocess.Popen(
        [sys.executable, "-m", "certify_client", "dataset", str(points), *asked],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def interrupted(
    client: CertificationClient, points: Path, out: Path, environment: dict[str, str]
) -> str | None:
    """Interrupt a run as a row has ended; return its id, or None if all rows ended before."""
    with start(points, out, environment) as command:
        wait_until(lambda: note_path(out).exists(), "the run's note")
        run_id = str(json.loads(note_path(out).read_text())["run"])
        wait_until(lambda: client.runs.get(run_id).rows.succeeded > 0, "a row to end")
        command.send_signal(signal.SIGINT)
        _, told = command.communicate(timeout=200)
    if command.returncode == 0:
        for path in (out, note_path(out)):
            path.unlink(missing_ok=True)
        return None
    assert command.returncode == 130, told
    assert "the same command goes on with it" in told
    return run_id


def test_the_same_command_goes_on_after_ctrl_c(
    client: CertificationClient, environment: dict[str, str], tmp_path: Path
) -> None:
    points, out = tmp_path / "points.npz", tmp_path / "results.tsv"
    np.savez(points, x=np.array([[1.0, 0.0]] * ROWS), y=np.ones(ROWS, np.int64))
    run_id = wait_until(
        lambda: interrupted(client, points, out, environment), "a run to be left in the middle"
    )
    assert run_id is not None
    left = table(out)
    assert len(left) == ROWS
    assert 0 < sum(not row["note"] for row in left) < ROWS
    assert client.runs.get(run_id).rows.cancelled == 0
    with start(points, out, environment) as again:
        _, told = again.communicate(timeout=200)
    assert again.returncode == 0, told
    assert f"run {run_id} goes on" in told
    ended = table(out)
    assert [row["key"] for row in ended] == [f"points.npz#{i}" for i in range(ROWS)]
    assert not any(row["note"] for row in ended)
    done = {row["key"]: row["radius"] for row in left if not row["note"]}
    assert {row["key"]: row["radius"] for row in ended}.items() >= done.items()
    assert client.runs.get(run_id).rows.total == ROWS
