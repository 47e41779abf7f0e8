"""Names of the keys in Redis. All begin with ``certify:``. They are for one server, not for a cluster."""

from __future__ import annotations

import hashlib
from typing import Final

PREFIX: Final = "certify:"
BROKER_PREFIX: Final = f"{PREFIX}broker:"
COMMON_QUEUE: Final = "certification"
"""Name of the queue of first steps, which any worker takes."""
INDEX: Final = f"{PREFIX}jobs"
"""Sorted set of all job ids by creation time."""
ACTIVE: Final = f"{PREFIX}active"
"""Sorted set of the ids of jobs that have not ended, by the time of their last activity."""
QUEUED: Final = f"{PREFIX}queued"
"""Sorted set of the ids of jobs that no worker has begun, by creation time."""
TOTALS: Final = f"{PREFIX}totals"
"""Hash of counters that only grow: jobs by outcome, samples counted, shards by the time that they took. And
`remaining`: the evaluations that are still to be counted for jobs that have not ended."""
WORKERS: Final = f"{PREFIX}workers"
"""Set of the ids of workers that have announced themselves."""
FLEETS: Final = f"{PREFIX}fleets"
"""Hash: key of a fleet -> what its workers have in common; kept while it has a worker or a job."""
DESERTED: Final = f"{PREFIX}deserted"
"""Hash: key of a fleet without a live worker -> since when, and when that was last looked at."""
CONSUMED: Final = f"{PREFIX}consumed_through"
"""Hash: name of a queue -> latest sending time among the tasks that workers have taken from it."""
LAST_WORKER: Final = f"{PREFIX}last_worker"
"""Hash with the worker that sent the last heartbeat, and when; and the last one that left in order."""
PROBE: Final = f"{PREFIX}probe"
"""Is always empty: an empty write to it shows whether the server accepts writes."""
SWEEP_LOCK: Final = f"{PREFIX}sweep_lock"
ENDED: Final = f"{PREFIX}ended"
"""Channel on which the id of each job is published when the job ends. It is not a key: nothing is stored."""


RUNS: Final = f"{PREFIX}runs"
"""Sorted set of the ids of all runs by creation time."""
RUNS_EXPIRE: Final = f"{PREFIX}runs_expire"
"""Sorted set of the ids of all runs by the time at which they expire."""


def run(run_id: str) -> str:
    """Name the hash with a run's record and counts.

    Scripts append to it: ``:rows`` and ``:ends``, hashes row number -> how the row began and ended;
    ``:open``, ``:failed``, ``:cancelled``, ``:abstained`` and ``:wrong``, sorted sets of the numbers of such
    rows; ``:correct`` and ``:certified``, sorted sets of the numbers of correct rows, and of all certified
    ones, by radius; ``:skipped``, the sorted set of the keys of rows that will not come, and ``:reasons``, a
    hash of these keys -> why.
    """
    return f"{PREFIX}run:{run_id}"


def owned_runs(owner: str) -> str:
    """Name the sorted set of an owner's run ids by creation time."""
    return f"{PREFIX}owner:{owner}:runs"


def job(job_id: str) -> str:
    """Name the hash with the job's record."""
    return f"{PREFIX}job:{job_id}"


def job_input(job_id: str) -> str:
    """Name the string with the input's bytes."""
    return f"{PREFIX}job:{job_id}:input"


def shards(job_id: str) -> str:
    """Name the hash shard number -> what it counted, for shards that are stored but not merged yet."""
    return f"{PREFIX}job:{job_id}:shards"


def vectors(job_id: str) -> str:
    """Name the hash shard number -> vectors of its gradient sums, for shards that are not in `sums` yet."""
    return f"{PREFIX}job:{job_id}:vectors"


def sums(job_id: str) -> str:
    """Name the string with the vectors of gradient sums of the first shards together."""
    return f"{PREFIX}job:{job_id}:sums"


def prefix(job_id: str) -> str:
    """Name the string with the sum of the merged shards, without vectors."""
    return f"{PREFIX}job:{job_id}:prefix"


def running(job_id: str) -> str:
    """Name the string with the best certificate of the merged shards so far."""
    return f"{PREFIX}job:{job_id}:running"


def progress(job_id: str) -> str:
    """Name the hash shard number -> evaluations done, for shards that are being sampled."""
    return f"{PREFIX}job:{job_id}:progress"


def attempts(job_id: str) -> str:
    """Name the hash step -> times it was begun without an orderly end."""
    return f"{PREFIX}job:{job_id}:attempts"


def lease(job_id: str, step: str) -> str:
    """Name the string with the process that works on this step."""
    return f"{PREFIX}job:{job_id}:lease:{step}"


def queue(fleet: str) -> str:
    """Name the queue of the steps that only workers of this fleet take."""
    return f"{COMMON_QUEUE}.{fleet}"


def messages(queue_name: str) -> str:
    """Name the list of the messages that wait on a queue."""
    return f"{BROKER_PREFIX}{queue_name}"


def fleet_jobs(fleet: str) -> str:
    """Name the set of the ids of jobs that this fleet has begun and that have not ended."""
    return f"{PREFIX}fleet:{fleet}:jobs"


def given(fleet: str) -> str:
    """Name the set of the ids of jobs whose first step was given to this fleet, and that it has not begun."""
    return f"{PREFIX}fleet:{fleet}:given"


def owned(owner: str) -> str:
    """Name the sorted set of an owner's job ids by creation time."""
    return f"{PREFIX}owner:{owner}:jobs"


def owned_active(owner: str) -> str:
    """Name the set of the ids of an owner's jobs that have not ended."""
    return f"{PREFIX}owner:{owner}:active"


def idempotency(key: str, owner: str = "") -> str:
    """Name the string with the request's fingerprint and its job's id. Each owner has its own keys."""
    text = f"{owner}\n{key}" if owner else key
    return f"{PREFIX}idempotency:{hashlib.sha256(text.encode()).hexdigest()}"


def row_name(run_id: str, key: str) -> str:
    """Return the idempotency key with which the row of this key is added to a run."""
    return f"run {run_id} {key}"


def worker(worker_id: str) -> str:
    """Name the string with the worker's last heartbeat, which expires."""
    return f"{PREFIX}worker:{worker_id}"


def broken_models(worker_id: str) -> str:
    """Name the hash: fingerprint of a manifest -> why this worker could not load its model."""
    return f"{PREFIX}worker:{worker_id}:broken"
