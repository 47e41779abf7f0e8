"""``python -m worker`` runs one worker, with settings from the environment."""

from __future__ import annotations

import os
import sys

from pydantic import ValidationError
from pydantic_settings import SettingsError

from jobs.open_files import raise_limit
from jobs.shared_settings import faults
from jobs.tracing import CannotTrace, exporter_of
from registry.fault_words import fault_in_words
from worker.preflight import Unfit, check, trying_device
from worker.queue.celery_worker import make_worker, run_worker, runtimes_needed
from worker.queue.warm_up import warm_up
from worker.worker_logs import configure_logging
from worker.worker_settings import WorkerSettings


def main() -> int:
    """Run until a signal. Return exit status 2 if settings or machine are unfit, 1 if it gives up later."""
    raise_limit()
    try:
        settings = WorkerSettings()
        check(settings)
        exporter_of(os.environ)  # refused here rather than in each child process
        app = make_worker(settings)
        configure_logging(settings.log_level, settings.log_format)
        runtimes = runtimes_needed(settings)
        with trying_device(settings, runtimes):
            if settings.device == "cpu":
                warm_up()
    except (ValidationError, SettingsError) as error:
        return _refuse(faults(error, fault_in_words))
    except (Unfit, CannotTrace) as error:
        return _refuse(str(error))
    # The libraries read these when a child process loads them.
    os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    return run_worker(app, settings, runtimes)


def _refuse(reason: str) -> int:
    sys.stderr.write(f"the worker cannot start: {reason}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
