"""Prometheus metrics of one gateway: its own counters, and figures read from the store at each scrape."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from jobs.census import Census
from jobs.job_errors import StoreUnavailable
from jobs.liveness import Strength, WorkerRecord

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class StoreCollector(Collector):
    """Reads jobs, queue, samples and live workers at each scrape; only ``store_up`` if the store is away."""

    def __init__(
        self,
        census: Callable[[], Census],
        workers: Callable[[], Sequence[WorkerRecord]],
        fleets: Callable[[], Sequence[Strength]],
    ) -> None:
        self._census = census
        self._workers = workers
        self._fleets = fleets

    def collect(self) -> Iterator[Metric]:
        """Read the store. The cost does not depend on the number of jobs."""
        try:
            census, workers, fleets = self._census(), self._workers(), self._fleets()
        except StoreUnavailable:
            yield _gauge("store_up", "1 if the job store answers.", 0)
            return
        yield _gauge("store_up", "1 if the job store answers.", 1)
        yield from _jobs(census)
        yield from _work(census)
        yield from _alive(workers)
        yield from _fleets(fleets)


def _jobs(census: Census) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("certify_jobs", "Jobs that have not ended, by state.", labels=["state"])
    jobs.add_metric(["queued"], census.queued)
    jobs.add_metric(["running"], census.running)
    yield jobs
    oldest = census.oldest_queued_at
    age = 0.0 if oldest is None else max(0.0, time.time() - oldest)
    yield _gauge("queue_age_seconds", "How long the oldest queued job has waited; 0 without one.", age)
    ended = CounterMetricFamily("certify_jobs_ended", "Jobs that have ended, by outcome.", labels=["outcome"])
    for outcome, number in census.outcomes.items():
        ended.add_metric([outcome], number)
    yield ended


def _work(census: Census) -> Iterator[Metric]:
    yield _counter("samples", "Evaluations of base classifiers that were counted.", census.samples)
    yield _gauge(
        "samples_remaining", "Evaluations still to be counted for jobs that have not ended.", census.remaining
    )
    times = HistogramMetricFamily("certify_shard_seconds", "Time that each counted shard took.")
    times.add_metric([], list(census.shards_within.items()), census.shard_seconds)
    yield times
    yield _gauge("store_memory_bytes", "Memory that the server of the job store uses.", census.memory)


def _fleets(fleets: Sequence[Strength]) -> Iterator[Metric]:
    strength = GaugeMetricFamily(
        "certify_runtime_workers",
        "Live workers of each runtime; 0 if only its jobs are left.",
        labels=["runtime"],
    )
    for fleet in fleets:
        strength.add_metric([fleet.fleet.words], fleet.workers)
    yield strength
    stranded = sum(fleet.jobs for fleet in fleets if not fleet.workers)
    yield _gauge("stranded_jobs", "Jobs that were begun with a runtime that no live worker has.", stranded)


def _alive(workers: Sequence[WorkerRecord]) -> Iterator[Metric]:
    yield _gauge("workers", "Live workers: those whose heartbeat is recent.", len(workers))
    seen = GaugeMetricFamily(
        "certify_worker_seen_timestamp_seconds", "Last heartbeat of each live worker.", labels=["worker"]
    )
    processes = GaugeMetricFamily(
        "certify_worker_processes", "Sampling processes of each live worker.", labels=["worker"]
    )
    for worker in workers:
        seen.add_metric([worker.id], worker.seen_at)
        processes.add_metric([worker.id], worker.processes)
    yield seen
    yield processes


def _gauge(name: str, meaning: str, value: float) -> Metric:
    family = GaugeMetricFamily(f"certify_{name}", meaning)
    family.add_metric([], value)
    return family


def _counter(name: str, meaning: str, value: float) -> Metric:
    family = CounterMetricFamily(f"certify_{name}", meaning)
    family.add_metric([], value)
    return family


class Metrics:
    """The gateway's metrics, in a registry of its own, so that two gateways in one process do not mix."""

    def __init__(self, collector: StoreCollector) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(collector)
        ProcessCollector(registry=self._registry)
        self.requests = Counter(
            "certify_http_requests",
            "Requests answered, by method, route and status.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self.duration = Histogram(
            "certify_http_request_duration_seconds",
            "Time to the end of an answer; streams of events are left out.",
            ["method", "route"],
            registry=self._registry,
        )
        self.submissions = Counter(
            "certify_submissions",
            "Jobs accepted, by model and certifier; replays of an idempotency key are not counted.",
            ["model", "certifier"],
            registry=self._registry,
        )

        self._answered = lru_cache(maxsize=256)(self.requests.labels)
        self._timed = lru_cache(maxsize=256)(self.duration.labels)

    def count(self, method: str, route: str, status: int) -> None:
        """Count an answer."""
        self._answered(method, route, str(status)).inc()

    def time(self, method: str, route: str, seconds: float) -> None:
        """Note how long an answer took."""
        self._timed(method, route).observe(seconds)

    def render(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self._registry)
