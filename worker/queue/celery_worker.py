"""Build the worker's Celery application from its settings: tasks, heartbeats and child processes."""

from __future__ import annotations

import logging
import os
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

from celery import Celery, signals
from celery.concurrency import get_implementation
from celery.platforms import EX_FAILURE
from celery.utils.nodenames import default_nodename

from jobs import keys
from jobs.celery_app import make_celery
from jobs.connection import connect
from jobs.liveness import Liveness
from jobs.step_queue import Queue
from jobs.store import JobStore
from jobs.tracing import TRACES
from jobs.watchdog import Watchdog
from registry import ModelError
from registry.model_folders import Registry
from worker.fleet import own_fleet
from worker.queue.pulse import Pulse, pulse_step
from worker.queue.server_reach import Reach
from worker.queue.tasks import register_tasks
from worker.runtimes.installed import missing
from worker.worker_context import make_context
from worker.worker_settings import WorkerSettings

log = logging.getLogger(__name__)


def make_worker(settings: WorkerSettings) -> Celery:
    """Build the application of one worker. This process loads neither PyTorch nor ONNX Runtime.

    Raises Unfit when neither of them is installed.
    """
    app = make_celery(settings)
    app.conf.update(
        task_time_limit=settings.step_limit_s,
        worker_pool="worker.queue.child_pool:MendedTaskPool",
        # Celery waits this long for the result of a child that died, before its step is run again.
        worker_lost_wait=1.0,
        # A child imports what computes before it reports as ready, which takes a while on a cold disk.
        worker_proc_alive_timeout=120.0,
    )
    context = make_context(settings, app)
    register_tasks(app, context)
    # Celery takes from these queues in turn, so that neither begun jobs nor new ones have to wait.
    common = (keys.COMMON_QUEUE,) if settings.begin_jobs else ()
    app.amqp.queues.select((*common, keys.queue(context.fleet.key)))
    # The main process must not wait long for a server that is away, so its connection gives up early.
    client = connect(settings, retries=0)
    pulse = Pulse(
        settings,
        context.worker_id,
        context.fleet,
        Liveness(client, settings),
        Watchdog(client, settings, JobStore(client, settings), Queue(app)),
        Registry(settings.models_dir),
    )
    app.steps["consumer"].add(pulse_step(pulse))
    return app


def run_worker(app: Celery, settings: WorkerSettings, runtimes: AbstractSet[str]) -> int:
    """Consume tasks until a signal ends the process. After the first SIGTERM, running steps finish.

    Child processes import the named runtimes at once. Return the exit status: 0 after such an orderly end,
    otherwise not 0.
    """
    signals.worker_process_init.connect(partial(_prepare_child, settings, runtimes), weak=False)
    signals.worker_process_shutdown.connect(_end_traces)
    signals.setup_logging.connect(_keep_logging)
    log.info("worker starts with %s, server %s", own_fleet(settings).words, settings.server.redacted)
    Reach(settings).start()
    worker = app.Worker(
        hostname=default_nodename(None),
        pool_cls=get_implementation(app.conf.worker_pool),
        concurrency=settings.concurrency,
        loglevel=settings.log_level.upper(),
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    # None: it ended although no signal asked it to.
    return EX_FAILURE if worker.exitcode is None else int(worker.exitcode)


def runtimes_needed(settings: WorkerSettings) -> frozenset[str]:
    """Return the names of the runtimes that the models need now. Log what they need and is not installed."""
    registry = Registry(settings.models_dir)
    try:
        models = [registry.get(name) for name in registry.names()]
    except ModelError as error:  # told at each heartbeat too
        log.warning("%s", error)
        return frozenset()
    for said in filter(None, map(missing, models)):
        log.warning("%s", said)
    return frozenset(model.entry.name for model in models)


def _prepare_child(settings: WorkerSettings, runtimes: AbstractSet[str], **_: Any) -> None:
    """Lower this process's priority, and import what the models need before the first task does.

    A runtime that no model names is not imported: PyTorch takes more memory than all else in the process.
    """
    os.nice(settings.niceness)
    TRACES.switch_on("certification-worker", os.environ)
    import worker.sampling.sampler  # noqa: F401, PLC0415 - what computes is for the child process
    from worker.noise.sources import import_sources  # noqa: PLC0415 - as above
    from worker.runtimes.runtime_loading import import_runtimes  # noqa: PLC0415 - as above

    import_sources(settings.device)
    import_runtimes(settings.device, runtimes)


def _end_traces(**_: Any) -> None:
    """Send the spans that a child process still holds."""
    TRACES.end()


def _keep_logging(**_: Any) -> None:
    """Do nothing: while a receiver is connected to this signal, Celery does not change the logging."""
