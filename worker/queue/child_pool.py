"""Celery's pool of child processes, mended: a child killed while it ends no longer stops its worker.

A child that ends waits until the main process has counted its last result, and both lock the count. A child
killed in that moment takes the lock with it (billiard kills one a tenth of a second after its time limit,
just when the child looks again). The main process, which counts next, then waits for the lock without end:
the worker lives, and does nothing ever again. The count needs no lock: one process writes it, and a whole
number is read in one piece.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from billiard.context import ForkContext
from billiard.sharedctypes import RawValue
from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool


class UnlockedCount:
    """How many results of one child the main process has counted, in memory that both share."""

    def __init__(self) -> None:
        self._number = RawValue("i")

    @property
    def value(self) -> int:
        """The count."""
        return int(self._number.value)

    @value.setter
    def value(self, value: int) -> None:
        self._number.value = value

    def get_lock(self) -> AbstractContextManager[None]:
        """Return what stands in for a lock: only the main process writes."""
        return nullcontext()


class _Context(ForkContext):  # type: ignore[misc]  # billiard is untyped
    def Value(self, *_: Any, **__: Any) -> UnlockedCount:  # noqa: N802 - billiard's name
        return UnlockedCount()


class MendedPool(AsynPool):  # type: ignore[misc]  # Celery is untyped
    """Celery's pool for an event loop, with counts that no lock guards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, context=_Context(), **kwargs)


class MendedTaskPool(TaskPool):  # type: ignore[misc]  # Celery is untyped
    """What Celery's setting ``worker_pool`` names."""

    Pool = MendedPool
