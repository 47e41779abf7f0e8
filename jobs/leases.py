"""Leases: one process at a time works on a step, and the attempts of a step are counted.

A lease lives as long as its process renews it. So a second delivery of a step that a live process works on is
not a second attempt. An attempt stays counted only if its process vanished or failed.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import (
    CertificationError,
    JobEnded,
    StepLeftOver,
    StoreUnavailable,
    TooManyAttempts,
    UnreadableRecord,
)
from jobs.job_records import RECORD_VERSION, JobRecord
from jobs.plan import Fleet
from jobs.record_decoding import decode_record, unsupported
from jobs.scripts import load_script

RENEWALS: Final = 4
"""Renewals within the life of a lease. A choice: three may be lost before the lease expires."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job, as in a message.

    ``sent_at`` is when the message was put on ``queue``. ``fleet`` is the worker's, for a step that only the
    job's own fleet may do; None for a first step. ``shard`` is the shard to count, if the step counts one.
    """

    job_id: str
    name: str
    sent_at: float | None = None
    queue: str = keys.COMMON_QUEUE
    fleet: Fleet | None = None
    shard: int | None = None


class Leases:
    """Gives leases to the processes of the worker ``worker_id``; a step gets at most ``max_attempts``."""

    def __init__(
        self, client: Redis, worker_id: str, lease_s: float, max_attempts: int = sys.maxsize
    ) -> None:
        self._max_attempts = max_attempts
        self._worker_id = worker_id
        self._ttl_ms = round(lease_s * 1000)
        self.renewal_s = lease_s / RENEWALS
        self._acquire = load_script(client, "acquire")
        self._renew = load_script(client, "renew")
        self._release = load_script(client, "release")
        self._owed: list[Lease] = []
        self._held: set[str] = set()  # keys of the leases that this process knows to have

    def acquire(self, step: Step, *, with_input: bool = False) -> Lease | None:
        """Acquire a step and count the attempt; return None if a live process has it.

        A first step marks its job as running. Raises TooManyAttempts, StepLeftOver, UnsupportedRecord,
        StoreUnavailable, and JobEnded, also if there is no such job.
        """
        self._settle()
        owner = f"{self._worker_id}/{os.getpid()}"
        answer = self._try(step, owner, "", with_input)
        if answer[0] == 0 and self._is_dead(holder := answer[1].decode()):
            # This process may hold the step without knowing it, if the server's answer was lost.
            repeated = holder == owner and keys.lease(step.job_id, step.name) not in self._held
            answer = self._try(step, owner, holder, with_input, repeated=repeated)
        attempt, text, *more = answer
        if attempt == 0:
            return None
        if attempt == -1:
            raise JobEnded(f"job {step.job_id} has ended")
        if attempt == -3:
            raise unsupported(step.job_id, text.decode())
        if attempt == -4:
            raise TooManyAttempts(step.name, int(text))
        if attempt > 0:
            self._held.add(keys.lease(step.job_id, step.name))
        fields, *rest = more
        try:
            job = decode_record(step.job_id, dict(zip(fields[::2], fields[1::2], strict=True)))
        except UnreadableRecord as error:
            error.attempts = attempt
            raise
        if attempt == -2:
            raise StepLeftOver(_why_left_over(job, step))
        return Lease(self, step.name, owner, attempt, job, stored=bool(rest[0]), content=rest[1])

    def renew(self, lease: Lease) -> None:
        """Extend a lease. Raises StoreUnavailable."""
        with store_errors():
            self._renew(
                keys=[lease.key, keys.ACTIVE],
                args=[lease.owner, self._ttl_ms, lease.job.id, time.time()],
            )

    def release(self, lease: Lease, *, forget: bool) -> None:
        """Release a step; ``forget`` its attempts if it ended in order. Raises StoreUnavailable."""
        with store_errors():
            self._release(
                keys=[lease.key, keys.attempts(lease.job.id)],
                args=[lease.owner, lease.step, int(forget)],
            )
        self.forget(lease)

    def forget(self, lease: Lease) -> None:
        """Note that this process does not hold a step any more."""
        self._held.discard(lease.key)

    def give_back(self, lease: Lease, *, orderly: bool) -> None:
        """Release a lease at the end of its step. If the store cannot be reached, the lease expires.

        In that case an orderly end is reported later, with the next step that this process acquires, so that
        an absent store does not count as a failed attempt.
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
        self, step: Step, owner: str, dead_owner: str, with_input: bool, *, repeated: bool = False
    ) -> tuple[Any, ...]:
        job_id = step.job_id
        of_job = [keys.attempts(job_id), keys.CONSUMED, keys.job(job_id), keys.shards(job_id)]
        sent_at = "" if step.sent_at is None else f"{step.sent_at:.6f}"
        fleet_queue = "" if step.fleet is None else keys.queue(step.fleet.key)
        shard = "" if step.shard is None else step.shard
        with store_errors():
            answer = self._acquire(
                keys=[
                    keys.lease(job_id, step.name),
                    *of_job,
                    keys.job_input(job_id),
                    keys.ACTIVE,
                    keys.QUEUED,
                ],
                args=[
                    *(owner, self._ttl_ms, step.name, dead_owner, step.queue, sent_at, RECORD_VERSION),
                    *(time.time(), job_id, fleet_queue, shard, int(with_input)),
                    *(self._max_attempts, int(repeated)),
                ],
            )
        return tuple(cast("list[Any]", answer))

    def _is_dead(self, holder: str) -> bool:
        """Whether the holder was a process of this worker that has ended; other leases are left to expire."""
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


def _why_left_over(job: JobRecord, step: Step) -> str:
    if job.plan is None:
        return "no class is selected yet"
    if job.plan.fleet != step.fleet:
        return f"its steps go to workers with {job.plan.fleet.words}"
    return f"there is no shard {step.shard} among {job.plan.shards}"


@dataclass(slots=True)
class Lease:
    """The lease of a step. Used as a context manager, a thread renews it until the block ends.

    ``job`` is the job's record. ``stored``: the step's shard has been counted already. ``content``: the
    input's bytes, empty unless wanted.

    If the block ends in order, the lease is released and the step's attempts are forgotten. The same holds
    for the errors of `jobs.job_errors`, such as an absent store. Any other exception keeps the attempt
    counted.
    """

    _leases: Leases
    step: str
    owner: str
    attempt: int
    job: JobRecord
    stored: bool
    content: bytes
    gone: bool = False
    """Whether the lease ended with its job, so that it need not be released."""
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def key(self) -> str:
        """The name of the key in the store."""
        return keys.lease(self.job.id, self.step)

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
        if self.gone:
            self._leases.forget(self)
        else:
            self._leases.give_back(self, orderly=orderly)

    def _keep(self) -> None:
        while not self._ended.wait(self._leases.renewal_s):
            try:
                self._leases.renew(self)
            except StoreUnavailable:
                log.warning("a lease could not be renewed", extra={"job_id": self.job.id, "step": self.step})
