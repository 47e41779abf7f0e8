"""Heartbeats and watchdog sweeps of a worker's main process, run from the loop that consumes tasks.

If that loop hangs, the heartbeats stop. So a heartbeat says that tasks are being taken, and not only that a
process exists.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import bootsteps

from jobs.job_errors import StoreUnavailable
from jobs.liveness import Liveness, WorkerRecord, weights_of
from jobs.plan import Fleet
from jobs.watchdog import Watchdog
from registry import ModelError, ModelManifest
from registry.model_folders import Registry
from worker.runtimes.installed import missing
from worker.worker_settings import WorkerSettings

log = logging.getLogger(__name__)


class Pulse:
    """A worker's regular duties: its heartbeats and its sweeps."""

    def __init__(
        self,
        settings: WorkerSettings,
        worker_id: str,
        fleet: Fleet,
        liveness: Liveness,
        watchdog: Watchdog,
        registry: Registry,
    ) -> None:
        self._settings = settings
        self._worker_id = worker_id
        self._fleet = fleet
        self._liveness = liveness
        self._watchdog = watchdog
        self._registry = registry
        self._started_at = time.time()
        self.beat_s = settings.heartbeat_ttl_s / 4
        self.sweep_s = settings.stall_s / 3

    def beat(self) -> None:
        """Send a heartbeat to the server, then touch its file. Raises StoreUnavailable or OSError."""
        models, problems = self._models()
        self._liveness.beat(
            WorkerRecord(
                id=self._worker_id,
                host=socket.gethostname(),
                pid=os.getpid(),
                processes=self._settings.concurrency,
                fleet=self._fleet,
                begins_jobs=self._settings.begin_jobs,
                started_at=self._started_at,
                seen_at=time.time(),
                models=models,
                problems=problems,
            )
        )
        if self._settings.heartbeat_file is not None:
            self._settings.heartbeat_file.touch()

    def sweep(self) -> None:
        """Wake stalled jobs. Raises StoreUnavailable."""
        self._watchdog.sweep()

    def leave(self) -> None:
        """Withdraw the heartbeat. If the server is away, it expires."""
        with suppress(StoreUnavailable):
            self._liveness.leave(self._worker_id)

    def _models(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the models that can be used, with their weights' hashes, and what is wrong with others.

        Those contradict their manifest, or cannot be loaded here.
        """
        usable = {}
        try:
            problems = self._registry.problems()
            broken = self._liveness.broken_models(self._worker_id)
            for name in set(self._registry.names()) - problems.keys():
                manifest = self._registry.get(name)
                detail = broken.get(manifest.fingerprint) or self._missing(manifest)
                if detail is None:
                    usable[name] = weights_of(manifest.sha256)
                else:
                    problems[name] = detail
        except ModelError as error:
            return {}, {"*": str(error)}
        return usable, problems

    def _missing(self, manifest: ModelManifest) -> str | None:
        """Return what a model needs that is not installed, and report it, so that no job is begun with it."""
        said = missing(manifest)
        if said is not None:
            self._liveness.report_broken(self._worker_id, manifest.fingerprint, said)
        return said


def pulse_step(pulse: Pulse) -> type[bootsteps.StartStopStep]:
    """Return the part of Celery's consumer that runs the duties, also after a lost connection."""

    class PulseStep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery is untyped
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def __init__(self, consumer: Any, **options: Any) -> None:
            super().__init__(consumer, **options)
            self._entries: list[Any] = []

        def start(self, consumer: Any) -> None:
            _quietly(pulse.beat)()
            self._entries = [
                consumer.timer.call_repeatedly(pulse.beat_s, _quietly(pulse.beat)),
                consumer.timer.call_repeatedly(pulse.sweep_s, _quietly(pulse.sweep)),
            ]

        def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
            for entry in self._entries:
                entry.cancel()
            self._entries = []
            pulse.leave()

    return PulseStep


def _quietly(action: Callable[[], None]) -> Callable[[], None]:
    """Log what an action of the timer raises: it would otherwise end the loop that consumes tasks."""

    def run() -> None:
        try:
            action()
        except StoreUnavailable as error:
            log.warning("%s", error)
        except Exception:
            log.exception("a regular duty failed")

    return run
