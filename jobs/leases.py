"""Leases: one process at a time works on a step, and a step that keeps killing its process is counted.

A lease lives as long as its process renews it. A second delivery of a step that is in good hands is thus
no second attempt; an attempt counts for good only when its process vanished or failed.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import CertificationError, JobEnded, StoreUnavailable
from jobs.scripts import load_script

RENEWALS: Final = 4
"""Renewals within the life of a lease."""

log = logging.getLogger(__name__)


class Leases:
    """Hands out leases to the processes of one worker, whose id is ``worker_id``."""

    def __init__(self, client: Redis, worker_id: str, lease_s: float) -> None:
        self._worker_id = worker_id
        self._ttl_ms = round(lease_s * 1000)
        self.renewal_s = lease_s / RENEWALS
        self._acquire = load_script(client, "acquire")
        self._renew = load_script(client, "renew")
        self._release = load_script(client, "release")
        self._owed: list[Lease] = []

    def acquire(
        self, job_id: str, step: str, sent_at: float | None, queue: str = keys.COMMON_QUEUE
    ) -> Lease | None:
        """Take a step in hand and count the attempt; None when a live process has it.

        ``sent_at`` is when the task was put on ``queue``. Raises JobEnded and StoreUnavailable.
        """
        self._settle()
        owner = f"{self._worker_id}/{os.getpid()}"
        sent = (queue, "" if sent_at is None else f"{sent_at:.6f}")
        attempt, holder = self._try(job_id, step, owner, "", sent)
        if attempt == 0 and self._is_dead(holder):
            attempt, holder = self._try(job_id, step, owner, holder, sent)
        if attempt < 0:
            raise JobEnded(f"job {job_id} has ended")
        return Lease(self, job_id, step, owner, attempt) if attempt else None

    def renew(self, lease: Lease) -> None:
        """Extend a lease. Raises StoreUnavailable."""
        with store_errors():
            self._renew(
                keys=[keys.lease(lease.job_id, lease.step), keys.ACTIVE],
                args=[lease.owner, self._ttl_ms, lease.job_id, time.time()],
            )

    def release(self, lease: Lease, *, forget: bool) -> None:
        """Give a step back; ``forget`` its attempts when it ended in order. Raises StoreUnavailable."""
        with store_errors():
            self._release(
                keys=[keys.lease(lease.job_id, lease.step), keys.attempts(lease.job_id)],
                args=[lease.owner, lease.step, int(forget)],
            )

    def give_back(self, lease: Lease, *, orderly: bool) -> None:
        """Release a lease at the end of its step; one that the store is too far away for expires by itself.

        An orderly end is told later then, with the next step that this process takes in hand: that the store
        was away is nothing that counts against a step.
        """
        try:
            self.release(lease, forget=orderly)
        except StoreUnavailable:
            if orderly:
                self._owed.append(lease)

    def _settle(self) -> None:
        while self._owed:
            self.release(self._owed[-1], forget=True)
            self._owed.pop()

    def _try(
        self, job_id: str, step: str, owner: str, dead_owner: str, sent: tuple[str, str]
    ) -> tuple[int, str]:
        with store_errors():
            answer = self._acquire(
                keys=[keys.lease(job_id, step), keys.attempts(job_id), keys.CONSUMED, keys.job(job_id)],
                args=[owner, self._ttl_ms, step, dead_owner, *sent],
            )
        attempt, holder = cast("tuple[int, bytes]", answer)
        return attempt, holder.decode()

    def _is_dead(self, holder: str) -> bool:
        """Whether the holder was a process of this worker that is gone; others are left to expire."""
        worker_id, _, pid = holder.rpartition("/")
        if worker_id != self._worker_id:
            return False
        if int(pid) == os.getpid():
            return True
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        return False


@dataclass(slots=True)
class Lease:
    """A step in hand. As a context, it is renewed by a thread until the block ends.

    The block's orderly end gives it back and forgets its attempts. So does an error raised on purpose, such
    as a store that is away; any other exception keeps the attempt counted.
    """

    _leases: Leases
    job_id: str
    step: str
    owner: str
    attempt: int
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        orderly = kind is None or issubclass(kind, CertificationError)
        self._leases.give_back(self, orderly=orderly)

    def _keep(self) -> None:
        while not self._ended.wait(self._leases.renewal_s):
            try:
                self._leases.renew(self)
            except StoreUnavailable:
                log.warning("a lease could not be renewed", extra={"job_id": self.job_id, "step": self.step})
