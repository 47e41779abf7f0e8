"""What gateways and workers of the suite have imported before they begin, by the server that forks them.

A warning that the service's own modules cause is an error in all of them.
"""

from __future__ import annotations

import gc
import sys
import warnings
from importlib import import_module
from typing import Final

from tests.support.compiled_once import compile_once
from tests.support.processes import FORKED

LATER: Final = (
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.fixups.django",
    "celery.worker.consumer",
    "kombu.transport.redis",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
)
"""What the programs import only as they run."""

warnings.filterwarnings("error", category=DeprecationWarning, module=r"(service|worker|jobs|registry)\b")
compile_once()
for *_, program in FORKED:
    import_module(f"{program}.__main__")
    del sys.modules[f"{program}.__main__"]  # it is to run as the main module
for module in LATER:
    import_module(module)
import_module("worker.queue.warm_up").warm_up()
gc.collect()
gc.freeze()
