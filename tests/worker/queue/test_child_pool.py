"""A child that is killed while it ends leaves the worker's main process able to go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from celery.concurrency import get_implementation

from worker.queue.celery_worker import make_worker
from worker.queue.child_pool import MendedTaskPool
from worker.worker_settings import WorkerSettings

KILLED_WHILE_IT_LOOKS = """
import os, signal
from worker.queue.child_pool import MendedPool

pool = MendedPool(processes=1, threads=False)
(count,) = pool._on_ready_counters.values()
child = os.fork()
if child == 0:
    with count.get_lock():
        os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(child, 0)
with count.get_lock():
    count.value += 1
print(count.value, flush=True)
os.kill(pool._pool[0].pid, signal.SIGKILL)
os._exit(0)
"""
"""What a child and the main process do about a result, the child killed at the worst moment."""


def test_a_child_killed_while_it_looks_at_its_count_does_not_stop_the_counting() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_IT_LOOKS],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert (ran.stdout, ran.returncode) == ("1\n", 0), ran.stderr


def test_workers_run_on_that_pool(models_dir: Path) -> None:
    app = make_worker(WorkerSettings(models_dir=models_dir))
    assert get_implementation(app.conf.worker_pool) is MendedTaskPool
    app.close()
