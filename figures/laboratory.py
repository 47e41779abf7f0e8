"""Certify test sets through the service, by the command ``certify dataset``, and keep the tables."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.service import running
from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds, Certifier
from certify_client.rescoring import Given, rescore
from certify_client.table_writing import table_path
from figures.test_sets import MAKERS, MODELS, save

SEED: Final = 7
"""Seed of every run, so that a run again gives the same table on the same kind of machine."""
ETA: Final = 0.001

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all certifiers are compared on: a test set, a model, sigma in input units, samples a row."""

    test_set: str
    rows: int
    model: str
    sigma: float
    n: int
    shares_samples: bool = True
    """Whether first order counts the samples of second order; otherwise it draws its own."""

    def table_name(self, certifier: Certifier, bounds: Bounds) -> str:
        """Return the name of the table of one run."""
        return (
            f"{self.test_set}-{self.rows}-{self.model}-{self.sigma:g}-{self.n}-{certifier}-{bounds.value}.tsv"
        )


class Laboratory:
    """Runs test sets through a service of its own, which starts when the first run needs it.

    ``folder`` keeps test sets and tables: a run whose table is there is not repeated.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._url: str | None = None

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def radii(self, setting: Setting, certifier: Certifier, bounds: Bounds) -> Array:
        """Return the radius of each row, 0 where it abstains or its class is wrong; shape (rows,).

        Dipole's run gives both kinds of bounds. With the paper's, a row counts where the tight ones certify.
        """
        if certifier is FIRST_ORDER and setting.shares_samples:
            run = self._table(setting, SECOND_ORDER, Bounds.TIGHT)
            return _right(table_path(run, FIRST_ORDER.name))
        if certifier is DIPOLE and bounds is Bounds.PAPER:
            run = self._table(setting, DIPOLE, Bounds.TIGHT)
            given = Given(setting.sigma, setting.n, ETA, None, Bounds.PAPER)
            again = np.array([line.result.radius for line in rescore(run.read_bytes(), run.name, given)])
            return np.where(_right(run) > 0.0, again, 0.0)
        return _right(self._table(setting, certifier, bounds))

    def _table(self, setting: Setting, certifier: Certifier, bounds: Bounds) -> Path:
        """Return the table of a run, and run it first if it is not there."""
        also = FIRST_ORDER if certifier is SECOND_ORDER and bounds is Bounds.TIGHT else None
        table = self._folder / setting.table_name(certifier, bounds)
        if not table.exists():
            self._run(setting, certifier, bounds, also, table)
        return table

    def _run(
        self, setting: Setting, certifier: Certifier, bounds: Bounds, also: Certifier | None, table: Path
    ) -> None:
        fresh = table.with_name(f"new-{table.name}")
        command = [sys.executable, "-m", "certify_client", "dataset", str(self._data(setting))]
        options = {
            "--model": setting.model,
            "--sigma": setting.sigma,
            "--n": setting.n,
            "--eta": ETA,
            "--seed": SEED,
            "--certifier": certifier.name,
            "--bounds": bounds.value,
            "--out": fresh,
            "--url": self._service(),
        } | ({} if also is None else {"--also": also.name})
        for name, value in options.items():
            command += [name, str(value)]
        fresh.with_name(f"{fresh.name}.run").unlink(missing_ok=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
        if also is not None:
            table_path(fresh, also.name).rename(table_path(table, also.name))
        fresh.rename(table)
        sys.stdout.write(f"  {table.name}\n")
        sys.stdout.flush()

    def _data(self, setting: Setting) -> Path:
        path = self._folder / f"{setting.test_set}-{setting.rows}.npz"
        if not path.exists():
            save(MAKERS[setting.test_set](setting.rows), path)
        return path

    def _service(self) -> str:
        if self._url is None:
            place = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="certify-figures-")))
            processes = len(os.sched_getaffinity(0))
            client = self._stack.enter_context(
                running(MODELS, place / "data", processes=processes, threads=1)
            )
            self._url = client.url
        return self._url


def _right(table: Path) -> Array:
    """Return the radii of a table, 0 where the class is not the label. Rows may have no label."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    if broken := [row for row in rows if row["note"]]:
        raise SystemExit(f"{table}: row {broken[0]['idx']}: {broken[0]['note']}")
    counts = [row["label"] == "-1" or row["correct"] == "1" for row in rows]
    radii = [float(row["radius"]) if count else 0.0 for row, count in zip(rows, counts, strict=True)]
    return np.array(radii, dtype=np.float64)
