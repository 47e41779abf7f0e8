"""Try a model as workers do when they load it, and measure what a pass and a job cost on this machine."""

from __future__ import annotations

import logging
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from certificates import FIRST_ORDER, Noise
from importing.import_errors import ImportRefused
from importing.quiet_logs import at_least
from jobs.job_errors import PermanentFailure
from registry import ModelError, ModelManifest
from worker.fixed_function.trial_times import turns_of
from worker.loading import LoadedModel, open_model
from worker.memory_shortage import OutOfMemory
from worker.runtimes.pass_rows import SMALLEST, pass_rows_for
from worker.sampling.block_size import block_size_for
from worker.sampling.sample_request import SampleRequest
from worker.sampling.sampler import sample, select_class

JOB: Final = 100_000
"""Evaluations of the job whose time is estimated: the default of the service."""
MEASURED_S: Final = 1.0
"""Time that the measurement takes, at least one block. A choice."""
USUAL_SIGMA: Final = 0.25
"""Noise for models that were trained without, in widths of the scale."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model costs here: rows of a pass, time of a pass and of a job of ``JOB``, memory, and rounding.

    ``samples_per_second``: of one process. ``peak_bytes``: the most memory that this process has held.
    """

    rows: int
    threads: int
    samples_per_second: float
    peak_bytes: int
    row_scores: str

    @property
    def pass_s(self) -> float:
        """Return the seconds of one pass."""
        return self.rows / self.samples_per_second

    @property
    def job_s(self) -> float:
        """Return the seconds of a job of ``JOB`` evaluations in one process."""
        return JOB / self.samples_per_second


def loaded(manifest: ModelManifest) -> LoadedModel:
    """Load a model and try it as workers do, with fewer rows in a pass where memory is short.

    Raises ImportRefused with their sentence if they would refuse it.
    """
    threads = manifest.threads or 1
    rows = pass_rows_for(manifest, "cpu")
    with _refusing():
        while True:
            try:
                return open_model(manifest, "cpu", rows, threads)
            except OutOfMemory:
                if manifest.batch_size is not None or rows <= SMALLEST["cpu"]:
                    raise
            rows //= 2


def cost(model: LoadedModel) -> Cost:
    """Sample a short job as workers do, with their checks at its end, and measure it.

    Raises as ``loaded``.
    """
    manifest, runtime = model.manifest, model.runtime
    low, high = manifest.input.scale
    x = np.full(manifest.input.shape, (low + high) / 2, np.float32)
    sigma = manifest.trained_sigma or USUAL_SIGMA * (high - low)
    batch = block_size_for(manifest, "cpu")
    with _refusing():
        target = select_class(runtime, x, sigma, batch, 1, batch, scale=manifest.input.scale).target
        counted, began = 0, time.perf_counter()
        while (taken := time.perf_counter() - began) < MEASURED_S or not counted:
            request = SampleRequest(
                FIRST_ORDER, target, sigma, 1, counted // batch, batch, batch, scale=manifest.input.scale
            )
            sample(runtime, x, request, lambda _done: None)
            counted += batch
        model.reference.check(x, sigma, 1, Noise.GAUSSIAN, turns_of(counted, model.runtime.computation.rows))
    said = runtime.computation.row_scores
    return Cost(runtime.rows or batch, runtime.computation.threads, counted / taken, _peak_bytes(), said)


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn the refusals of workers into refusals of the import."""
    try:
        with at_least(logging.CRITICAL, "worker"):  # findings that could not be read: no matter here
            yield
    except (ModelError, PermanentFailure) as error:
        raise ImportRefused(str(error)) from error
