"""The objects that all routes share. The app factory makes them once; a dependency passes them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

import anyio
from fastapi import Depends, Request
from redis import Redis

from jobs.durability import Durability
from jobs.liveness import Liveness
from jobs.runs.run_store import RunStore
from jobs.step_messages import StepMessages
from jobs.store import JobStore
from registry.model_folders import Registry
from service.auth.callers import Access
from service.certification.submission import Submissions
from service.gateway_settings import GatewaySettings
from service.http.shared_limits import Pool
from service.job_ends import JobEnds
from service.job_looks import JobLooks
from service.job_streams import JobStreams
from service.metrics import Metrics
from service.runs.run_looks import RunLooks


@dataclass(frozen=True, slots=True)
class Context:
    """The gateway's parts.

    ``decoding`` bounds how many bodies are parsed and decoded at the same time, ``verifying`` how many
    certificates are verified, ``requests`` the requests that are worked on, ``bodies`` the bodies that are
    being received, ``held`` the bytes of all bodies in memory, and ``streams`` the open streams of events.
    """

    settings: GatewaySettings
    redis: Redis
    durability: Durability
    store: JobStore
    runs: RunStore
    job_ends: JobEnds
    job_looks: JobLooks
    job_streams: JobStreams
    run_looks: RunLooks
    step_messages: StepMessages
    liveness: Liveness
    registry: Registry
    submissions: Submissions
    metrics: Metrics
    decoding: anyio.CapacityLimiter
    verifying: anyio.CapacityLimiter
    access: Access
    requests: Pool
    bodies: Pool
    held: Pool
    streams: Pool


async def _context(request: Request) -> Context:
    return cast("Context", request.app.state.context)


Ctx = Annotated[Context, Depends(_context)]
