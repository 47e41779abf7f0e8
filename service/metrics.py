"""Prometheus metrics of one gateway: what it counts itself, and what it reads from the store when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from jobs.errors import StoreUnavailable
from jobs.spec import JobState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class StoreCollector(Collector):
    """Jobs by state and live workers, read at every scrape; absent while the store is away."""

    def __init__(self, jobs: Callable[[], Mapping[JobState, int]], workers: Callable[[], int]) -> None:
        self._jobs = jobs
        self._workers = workers

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read the store."""
        up = GaugeMetricFamily("certify_store_up", "1 if the job store answers.")
        try:
            counts, workers = self._jobs(), self._workers()
        except StoreUnavailable:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        jobs = GaugeMetricFamily("certify_jobs", "Jobs in the store by state.", labels=["state"])
        for state in JobState:
            jobs.add_metric([state.value], counts.get(state, 0))
        yield jobs
        alive = GaugeMetricFamily("certify_workers", "Workers that have lately given a sign of life.")
        alive.add_metric([], workers)
        yield alive


class Metrics:
    """The gateway's own registry: two gateways in one process do not share it."""

    def __init__(self, collector: StoreCollector) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(collector)
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

    def render(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self._registry)
