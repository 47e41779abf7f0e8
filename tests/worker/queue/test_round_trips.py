"""Round trips of a process that samples: at most six a shard, three for a job of one shard.

Beside them a report every half second tells how far a shard is, and whether its job has been cancelled.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certificates import CERTIFIERS, SECOND_ORDER, Certifier
from jobs import keys
from jobs.job_records import JobRecord
from tests.support.reference import assert_undisturbed, half_space
from tests.support.round_trips import Trip, watched
from tests.support.specs import Submission
from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory, half_spaces: Path) -> Iterator[Stack]:
    """A worker of one process that cuts jobs into shards of a twentieth of a second.

    Neither its leases nor its watchdog need the server meanwhile, however long a job takes.
    """
    folder = tmp_path_factory.mktemp("lonely")
    with running_stack(folder, half_spaces, processes=1, shard_s=0.05, lease_s=600, stall_s=600) as stack:
        stack.finished(stack.submit(half_space(half_spaces, n=1_000)))
        warm = half_space(half_spaces, slow=True, n=5_000, certifier=SECOND_ORDER)
        stack.finished(stack.submit(warm))  # the server knows every script now
        yield stack


def steps_of(stack: Stack, made: Submission) -> tuple[JobRecord, dict[str, list[Trip]]]:
    """Do a job; return name of a step -> what its process did from taking it in hand to giving it back."""
    job_id = stack.store.create(made.spec, made.input_bytes).job_id
    with watched(stack.client) as trips:
        stack.queue.enqueue_select(job_id)
        job = stack.finished(job_id)
        stack.finished(stack.submit(made))  # so the last step was given back
    polls, reports = "HGETALL", f" 3 {keys.job(job_id)} {keys.progress(job_id)} "
    trips = [trip for trip in trips if not trip.words.startswith(polls) and reports not in trip.words]
    process = {trip.client for trip in trips if keys.job(job_id) in trip.words and not trip.of_celery}
    steps: dict[str, list[Trip]] = {}
    now = ""
    for trip in (trip for trip in trips if trip.client in process):
        taken = trip.words.partition(keys.lease(job_id, ""))[2].split(" ", 1)[0]
        if now:
            steps[now].append(trip)
            now = "" if taken else now
        elif taken:
            now = taken
            steps[now] = [trip]
    return job, steps


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_a_shard(lonely: Stack, half_spaces: Path, certifier: Certifier) -> None:
    made = half_space(half_spaces, slow=True, n=10_000, certifier=certifier)
    job, steps = steps_of(lonely, made)
    assert job.plan is not None
    assert set(steps) == {"select", *(f"sample:{shard}" for shard in range(1, job.plan.shards))}
    assert all(2 <= len(trips) <= 6 for trips in steps.values()), steps
    assert_undisturbed(half_spaces, job, made.input_bytes)


def test_a_job_of_one_shard(lonely: Stack, half_spaces: Path) -> None:
    made = half_space(half_spaces, n=1_000)
    job, steps = steps_of(lonely, made)
    assert steps.keys() == {"select"}
    assert 2 <= len(steps["select"]) <= 3, "taken, ended; and once a second, who is alive"
    assert_undisturbed(half_spaces, job, made.input_bytes)
