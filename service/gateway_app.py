"""The app factory, which builds the gateway from its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from certificates.version import version
from jobs.celery_app import make_celery
from jobs.census import take_census
from jobs.connection import connect
from jobs.durability import Durability
from jobs.listing import find_jobs
from jobs.liveness import Liveness
from jobs.runs.run_store import RunStore
from jobs.step_messages import StepMessages
from jobs.store import JobStore
from registry.model_folders import Registry
from service.api.description import describe
from service.auth.callers import Access
from service.auth.keyring import Keyring
from service.certification.images import refuse_doubtful_images
from service.certification.npy import refuse_doubtful_arrays
from service.certification.submission import Submissions
from service.context import Context
from service.gateway_settings import GatewaySettings
from service.http import error_table
from service.http.edge import Edge
from service.http.gate import Gate
from service.http.shared_limits import Pool
from service.job_ends import JobEnds
from service.job_looks import JobLooks
from service.job_streams import JobStreams
from service.metrics import Metrics, StoreCollector
from service.routes import (
    certification_routes,
    curve_routes,
    event_routes,
    health_routes,
    model_routes,
    page_routes,
    plan_routes,
    preview_routes,
    run_event_routes,
    run_result_routes,
    run_routes,
    run_row_routes,
    run_skipped_routes,
    submission_routes,
    verification_routes,
)
from service.routes.job_answers import look_of
from service.routes.poll_route import PollRoute
from service.runs.run_looks import RunLooks

SUMMARY = "Certifies the L2 robustness of image classifiers by randomized smoothing"


def create_app(settings: GatewaySettings) -> FastAPI:
    """Build the gateway. It starts even if the server, the workers or the models are not ready.

    Raises KeysFileError if API keys are set up and their file cannot be read.
    """
    refuse_doubtful_images()
    refuse_doubtful_arrays()
    context = _context(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with context.job_ends.listening():
            yield
        context.redis.close()

    app = FastAPI(
        title="Certification service",
        summary=SUMMARY,
        version=version(),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # `service.http.edge` has its own
    )
    app.state.context = context
    app.router.routes.append(PollRoute(context))
    for module in _ROUTED:
        if settings.page or module is not page_routes:
            app.include_router(module.router)
    _allow_origins(app, settings)
    gate = Gate(settings, context.requests)
    app.add_middleware(Edge, metrics=context.metrics, gate=gate, root_path=settings.root_path)
    error_table.install(app)
    describe(app)
    return app


_ROUTED = (
    submission_routes,
    certification_routes,
    curve_routes,
    event_routes,
    plan_routes,
    preview_routes,
    verification_routes,
    run_routes,
    run_row_routes,
    run_skipped_routes,
    run_event_routes,
    run_result_routes,
    model_routes,
    health_routes,
    page_routes,
)
"""In the order of the API's description."""


def _allow_origins(app: FastAPI, settings: GatewaySettings) -> None:
    """Let pages of the origins that the operator lists use the API from a browser; no other page may."""
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID"],
            expose_headers=["Location", "Idempotency-Replayed", "Retry-After", "X-Request-ID"],
        )


def _context(settings: GatewaySettings) -> Context:
    redis = connect(settings)
    liveness = Liveness(redis, settings)
    store = JobStore(redis, settings)
    runs = RunStore(redis, settings, store)
    registry = Registry(settings.models_dir)
    ends = JobEnds(redis)
    looks = JobLooks(partial(find_jobs, redis), lambda record: look_of(record, liveness))
    collector = StoreCollector(lambda: take_census(redis), liveness.live_workers, liveness.fleets)
    return Context(
        settings=settings,
        redis=redis,
        durability=Durability(redis, settings),
        store=store,
        runs=runs,
        job_ends=ends,
        job_looks=looks,
        job_streams=JobStreams(looks, ends, settings.events_interval_s),
        run_looks=RunLooks(runs, settings.run_events_interval_s),
        step_messages=StepMessages(make_celery(settings)),
        liveness=liveness,
        registry=registry,
        submissions=Submissions(settings, registry),
        metrics=Metrics(collector),
        decoding=anyio.CapacityLimiter(settings.max_parallel_decodes),
        verifying=anyio.CapacityLimiter(1),  # it holds the interpreter, so that more at once gain nothing
        access=Access(None if settings.keys_file is None else Keyring(settings.keys_file)),
        requests=Pool(settings.max_requests, "Too many requests at the same time."),
        bodies=Pool(settings.max_bodies, "Too many request bodies are being received."),
        held=Pool(settings.max_held_bytes, "Too many bytes of request bodies are being received."),
        streams=Pool(settings.max_event_streams, "Too many streams of events are open."),
    )
