"""Measure every contender on one model and certifier, in turns, so that a change of load affects all."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace

from benchmarks import machine
from benchmarks.processes import MALLOC_TUNING, ChildFailed, Measurement, Team
from benchmarks.service import ServiceFailed, Work, run_job
from benchmarks.setup import Setup, example
from certificates import EvidenceKind
from certify_client import CertificationClient, Parameters
from registry import Registry

ART = "adversarial-robustness-toolbox"
TITLES = {
    "limit": "(a) forward pass alone",
    "sampler": "(b) sampler",
    "service": "(c) service over HTTP",
    "loop": "(d) PyTorch loop",
    "loop-malloc": "(d) the same, malloc tuned",
    "art": "(e) ART certify",
}
OTHERS = ("loop", "loop-malloc", "art")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. ``processes`` and ``threads`` apply to limit, sampler and service.

    The other contenders run as one process with ``processes * threads`` threads.
    """

    processes: int
    threads: int
    seconds: float
    repetitions: int
    with_others: bool


@dataclass(slots=True)
class Row:
    """All turns of one contender."""

    setup: Setup
    batch: int | None = None
    processes: int = 1
    turns: list[Measurement] = field(default_factory=list)
    note: str = ""

    @property
    def median_rate(self) -> float:
        """Return samples a second, the median of all turns."""
        return statistics.median(turn.rate for turn in self.turns)

    def ratio(self, other: Row) -> float | None:
        """Return the median over the turns of this rate over the other's; None if one was not measured."""
        ratios = [mine.rate / theirs.rate for mine, theirs in zip(self.turns, other.turns, strict=False)]
        return statistics.median(ratios) if ratios else None

    def cpu_ratio(self, other: Row) -> float | None:
        """Return the median over the turns of this processor time for each sample over the other's.

        It shows the ratio of the rates even if other programs use the same cores.
        """
        ratios = [
            (mine.cpu_seconds / mine.samples) / (theirs.cpu_seconds / theirs.samples)
            for mine, theirs in zip(self.turns, other.turns, strict=False)
            if mine.cpu_seconds is not None and theirs.cpu_seconds is not None
        ]
        return statistics.median(ratios) if ratios else None

    def document(self) -> dict[str, object]:
        """Return everything as JSON-ready data."""
        return {
            "model": self.setup.model,
            "certifier": self.setup.certifier.name,
            "contender": self.setup.contender,
            "batch": self.batch,
            "processes": self.processes,
            "threads": self.setup.threads,
            "note": self.note,
            "turns": [asdict(turn) for turn in self.turns],
        }


Turn = Callable[[], Measurement]


def measure(setup: Setup, scale: Scale, client: CertificationClient | None, samples: int) -> list[Row]:
    """Measure all contenders on the model and certifier of ``setup``. A row without turns says why in a note.

    ``samples`` is the size of the service's job; without a ``client`` the service is left out.
    """
    rows: list[Row] = []
    turns: list[tuple[Row, Turn]] = []
    with ExitStack() as stack:
        for name in TITLES if scale.with_others else ("limit", "sampler", "service"):
            row, turn = _start(replace(setup, contender=name), scale, client, samples, stack)
            rows.append(row)
            if turn is not None:
                turns.append((row, turn))
        for _ in range(scale.repetitions):
            for row, turn in turns:
                if row.note:
                    continue
                try:
                    row.turns.append(turn())
                except (ChildFailed, ServiceFailed) as failed:
                    row.note = str(failed)
    return rows


def _start(
    setup: Setup, scale: Scale, client: CertificationClient | None, samples: int, stack: ExitStack
) -> tuple[Row, Turn | None]:
    """Build and warm up one contender."""
    if setup.contender == "service":
        row = Row(setup, processes=scale.processes)
        if client is None:
            row.note = "left out"
            return row, None
        return row, _service_turn(setup, client, samples, row)
    others = setup.contender in OTHERS
    if others:
        setup = replace(setup, threads=scale.processes * scale.threads, batch=None)
    row = Row(setup, processes=1 if others else scale.processes)
    row.note = _missing(setup)
    if row.note:
        return row, None
    environment = MALLOC_TUNING if setup.contender == "loop-malloc" else {}
    team = stack.enter_context(Team(setup, row.processes, environment))
    try:
        team.ready()
        row.batch = team.batch
        share = _samples_of_a_turn(team, scale.seconds)
    except ChildFailed as failed:
        row.note = str(failed)
        return row, None
    return row, lambda: team.measure(share)


def _missing(setup: Setup) -> str:
    if setup.contender != "art":
        return ""
    if setup.certifier.evidence is not EvidenceKind.VOTES:
        return "ART counts votes alone"
    if machine.installed(ART) is None:
        return f"NOT MEASURED: {ART} is not installed (pip install '.[bench]')"
    return ""


def _samples_of_a_turn(team: Team, seconds: float) -> int:
    """Warm up, and return how many samples take about ``seconds``."""
    trial = team.measure(1)
    while trial.seconds < seconds / 8:
        trial = team.measure(2 * trial.samples)
    return max(1, round(trial.rate * seconds))


def _service_turn(setup: Setup, client: CertificationClient, samples: int, row: Row) -> Turn:
    manifest = Registry(setup.models).get(setup.model)
    x = example(manifest)
    parameters = Parameters(
        model=setup.model, certifier=setup.certifier.name, sigma=setup.sigma, n=samples, n0=100, seed=1
    )
    work = Work(parameters, x.shape, [float(value) for value in x.ravel()])

    def turn() -> Measurement:
        seconds = run_job(client, work)
        return Measurement(samples=samples, seconds=seconds, cpu_seconds=None, peak_mib=None)

    try:
        run_job(client, replace(work, parameters=replace(parameters, n=1000)))  # loads the model
    except ServiceFailed as failed:
        row.note = str(failed)
    return turn
