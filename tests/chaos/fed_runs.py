"""Runs over real digits, fed by ``certify dataset`` as processes of its own, and the tables they end with."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from certify_client.run_notes import note_path
from certify_client.table_writing import table_path
from scripts.mnist_digits import divided
from tests.chaos.service import Service
from tests.support.wait import wait_until

SHARED = "first_order"
"""The certifier that shares second order's samples."""
WALL_CLOCK = frozenset({"time", "number", "job", "seconds"})
"""Columns that tell when and in which order a row was done, and not what it gave."""
Table = list[dict[str, str]]


def write_digits(path: Path, rows: int) -> Path:
    """Write held-out MNIST digits into a zip archive with one folder a class."""
    _, held = divided()
    pixels = np.rint(held.pixels.numpy() * 255).astype(np.uint8)[:rows, 0]
    assert len(pixels) == rows
    with zipfile.ZipFile(path, "w") as archive:
        for number, (digit, label) in enumerate(zip(pixels, held.labels.tolist(), strict=False)):
            content = io.BytesIO()
            Image.fromarray(digit).save(content, "PNG")
            archive.writestr(f"{label}/{number:04}.png", content.getvalue())
    return path


def read_table(text: str) -> Table:
    """Return the lines of a table by key, without what depends on the clock."""
    lines = csv.DictReader(io.StringIO(text), delimiter="\t")
    kept = [{name: cell for name, cell in line.items() if name not in WALL_CLOCK} for line in lines]
    return sorted(kept, key=lambda line: line["key"])


@dataclass(frozen=True, slots=True)
class Feeding:
    """One client: it certifies the digits of ``data`` with two certifiers. Its tables are in ``folder``."""

    service: Service
    data: Path
    folder: Path
    n: int

    @property
    def out(self) -> Path:
        """Path of the table of the run's own certifier."""
        return self.folder / "results.tsv"

    def start(self, *more: str) -> subprocess.Popen[str]:
        """Start the command; begun again, it goes on with its run."""
        self.folder.mkdir(exist_ok=True)
        asked = f"--model mnist --certifier second_order --sigma 0.25 --n {self.n} --n0 100 --seed 14"
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "certify_client", "dataset", str(self.data), *asked.split()),
                *("--also", SHARED, "--radius", "0.25", "--out", str(self.out), *more),
            ],
            env=os.environ | {"CERTIFY_URL": self.service.gateway.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def begun(self) -> None:
        """Wait until the run that it feeds is known."""
        wait_until(lambda: note_path(self.out).exists(), "the run to begin", 60)

    def tables(self) -> dict[str, Table]:
        """Return the tables of both certifiers."""
        paths = {"own": self.out, SHARED: table_path(self.out, SHARED)}
        return {name: read_table(path.read_text()) for name, path in paths.items()}


def ended(command: subprocess.Popen[str], timeout: float) -> str:
    """Wait until a command succeeds, and return what it told."""
    _, told = command.communicate(timeout=timeout)
    assert command.returncode == 0, told
    return told


def interrupted(command: subprocess.Popen[str], timeout: float) -> None:
    """Press Ctrl-C, and wait until a command has left its run."""
    command.send_signal(signal.SIGINT)
    _, told = command.communicate(timeout=timeout)
    assert command.returncode == 130, told
    assert "the same command goes on with it" in told


def run_of(service: Service, run_id: str) -> dict[str, Any]:
    """Read a run through the gateway."""
    answer = httpx.get(f"{service.gateway.url}/v1/runs/{run_id}", timeout=30)
    assert answer.status_code == 200, answer.text
    run: dict[str, Any] = answer.json()
    return run


def wait_for_rows(service: Service, run_id: str, count: int, timeout: float) -> None:
    """Wait until so many rows have succeeded; workers that die meanwhile are started again."""

    def enough() -> bool:
        service.revive()
        with suppress(httpx.TransportError):
            return int(run_of(service, run_id)["rows"]["succeeded"]) >= count
        return False

    wait_until(enough, f"{count} rows to succeed", timeout, interval=0.05)


def table_of(service: Service, run_id: str) -> Table:
    """Read the service's own table of a run."""
    address = f"{service.gateway.url}/v1/runs/{run_id}/results"
    return read_table(httpx.get(address, headers={"Accept": "text/tab-separated-values"}, timeout=60).text)
