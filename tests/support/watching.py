"""Looks and streams of jobs as a gateway has them, on a server of the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from redis import Redis

from jobs.listing import find_jobs
from jobs.liveness import Liveness
from jobs.shared_settings import JobsSettings
from service.job_ends import JobEnds
from service.job_looks import JobLooks
from service.job_streams import JobStreams
from service.routes.job_answers import look_of

PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Watching:
    """The parts of a gateway that read jobs for those who ask."""

    looks: JobLooks
    streams: JobStreams


@asynccontextmanager
async def watching(client: Redis, settings: JobsSettings) -> AsyncIterator[Watching]:
    """Yield them; streams look every ``PAUSE_S`` at most."""
    liveness, ends = Liveness(client, settings), JobEnds(client)
    looks = JobLooks(partial(find_jobs, client), lambda record: look_of(record, liveness))
    with ends.listening():
        yield Watching(looks, JobStreams(looks, ends, PAUSE_S))
