"""Celery's pool of child processes, corrected: a child that is killed while it ends cannot hang its worker.

A child that ends waits until the main process has counted its last result. Both lock the count to read it. A
child that is killed at that moment never releases the lock (billiard kills a child a tenth of a second after
its time limit, just when the child looks again). The main process then waits for the lock for ever: the
worker is alive, but never works again. The count needs no lock, because only one process writes it, and a
whole number is read in one piece.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from billiard.context import ForkContext
from billiard.sharedctypes import RawValue
from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool


class UnlockedCount:
    """The number of results of one child that the main process has counted, in shared memory."""

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
        """Return a context manager that does nothing, in place of a lock: only the main process writes."""
        return nullcontext()


class _Context(ForkContext):  # type: ignore[misc]  # billiard is untyped
    def Value(self, *_: Any, **__: Any) -> UnlockedCount:  # noqa: N802 - billiard's name
        return UnlockedCount()


class MendedPool(AsynPool):  # type: ignore[misc]  # Celery is untyped
    """Celery's pool for an event loop, with counts that have no lock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, context=_Context(), **kwargs)


class MendedTaskPool(TaskPool):  # type: ignore[misc]  # Celery is untyped
    """The pool class that Celery's setting ``worker_pool`` names."""

    Pool = MendedPool
