"""Run contenders as child processes and measure them in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, cast

from benchmarks.setup import Setup

ROOT = Path(__file__).parent.parent
MALLOC_TUNING = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456",
}
"""glibc settings that keep eager PyTorch's large buffers mapped, which saves page faults."""


class ChildFailed(Exception):
    """A contender could not be built or stopped answering; the message holds the end of its error output."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One turn of a contender, all its processes together; a value that cannot be measured is None."""

    samples: int
    seconds: float
    cpu_seconds: float | None
    peak_mib: float | None

    @property
    def rate(self) -> float:
        """Return samples a second."""
        return self.samples / self.seconds


class Team:
    """The processes of one contender. They work at the same time, and their samples are added up."""

    def __init__(self, setup: Setup, processes: int, environment: Mapping[str, str] | None = None) -> None:
        self._children = [_Child(setup, environment or {}) for _ in range(processes)]
        self.batch, self.least = 0, 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.close()

    def ready(self) -> None:
        """Wait until every process has built its contender; raises ChildFailed."""
        for child in self._children:
            built = child.answer()
            self.batch, self.least = int(built["batch"]), int(built["least"])

    def measure(self, samples: int) -> Measurement:
        """Evaluate at least ``samples`` in all, divided evenly among the processes."""
        share = max(self.least, -(-samples // len(self._children)))
        for child in self._children:
            child.ask(share)
        answers = [child.answer() for child in self._children]
        return Measurement(
            samples=int(sum(answer["samples"] for answer in answers)),
            seconds=max(answer["seconds"] for answer in answers),
            cpu_seconds=sum(answer["cpu_seconds"] for answer in answers),
            peak_mib=sum(answer["peak_mib"] for answer in answers),
        )


class _Child:
    def __init__(self, setup: Setup, environment: Mapping[str, str]) -> None:
        fields = {name: getattr(setup, name) for name in Setup.__slots__}
        threads = str(setup.threads)
        self._process = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
            [sys.executable, "-m", "benchmarks.child", json.dumps(fields, default=str)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads, **environment},
        )
        self._stdin, self._stdout = (
            cast("IO[str]", self._process.stdin),
            cast("IO[str]", self._process.stdout),
        )

    def ask(self, samples: int) -> None:
        try:
            self._stdin.write(f"{samples}\n")
            self._stdin.flush()
        except BrokenPipeError:
            raise ChildFailed(self._last_words()) from None

    def answer(self) -> dict[str, float]:
        line = self._stdout.readline()
        if not line:
            raise ChildFailed(self._last_words())
        answer: dict[str, float] = json.loads(line)
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _last_words(self) -> str:
        _, errors = self._process.communicate()
        return (errors.strip().splitlines() or ["no message"])[-1]
