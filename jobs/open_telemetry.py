"""Record traces with OpenTelemetry. Imported only where traces are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from certificates.version import version
from jobs.tracing import Attributes, Span

_HEADER = "traceparent"
_PROPAGATOR = TraceContextTextMapPropagator()


class _Recorded:
    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def set(self, attributes: Attributes) -> None:
        self._span.set_attributes(dict(attributes))

    def rename(self, name: str) -> None:
        self._span.update_name(name)


class OpenTelemetry:
    """Sends spans in batches from a thread of its own; a collector that is away costs spans and no job.

    The exporter reads its own settings from the environment: ``OTEL_EXPORTER_OTLP_ENDPOINT`` and its kin.
    """

    def __init__(self, program: str, exporter: str) -> None:
        named = Resource.create({SERVICE_NAME: program}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=named)
        sends = ConsoleSpanExporter() if exporter == "console" else OTLPSpanExporter()
        self._provider.add_span_processor(BatchSpanProcessor(sends))
        self._tracer = self._provider.get_tracer("certification-service", version())

    @contextmanager
    def span(self, name: str, attributes: Attributes, parent: str | None) -> Iterator[Span]:
        """Record what happens within the block, and the exception that ends it."""
        above: Context | None = None if parent is None else _PROPAGATOR.extract({_HEADER: parent}, Context())
        with self._tracer.start_as_current_span(name, above, attributes=dict(attributes)) as span:
            yield _Recorded(span)

    def traceparent(self) -> str | None:
        """Return the current span in W3C form."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get(_HEADER)

    def end(self) -> None:
        """Send what is recorded, and end the thread."""
        self._provider.shutdown()
