"""Traces of OpenTelemetry, switched on by its own environment variables alone; nothing is loaded otherwise.

The gateway's span of a request is stored with the job it accepts. Every step of the job, whichever worker
does it, is a span below that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import Final, Protocol

Attributes = Mapping[str, str | int | float | bool]
ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN: Final = "http/protobuf"
EXPORTERS: Final = ("otlp", "console")


class CannotTrace(Exception):
    """Traces are asked for and cannot be recorded; the message says what to do."""


class Span(Protocol):
    """Something that takes time."""

    def set(self, attributes: Attributes) -> None:
        """Add what became known meanwhile."""

    def rename(self, name: str) -> None:
        """Give it another name."""


class Recorder(Protocol):
    """Records spans."""

    def span(self, name: str, attributes: Attributes, parent: str | None) -> AbstractContextManager[Span]:
        """Record what happens within the block; ``parent`` as in `traceparent`, None: the current span."""

    def traceparent(self) -> str | None:
        """Return the current span as the HTTP header of this name has it (W3C Trace Context)."""

    def end(self) -> None:
        """Send what is recorded."""


class _NoSpan:
    def set(self, attributes: Attributes) -> None:
        pass

    def rename(self, name: str) -> None:
        pass


class _Off:
    def span(self, name: str, attributes: Attributes, parent: str | None) -> AbstractContextManager[Span]:
        del name, attributes, parent
        return nullcontext(_NoSpan())

    def traceparent(self) -> str | None:
        return None

    def end(self) -> None:
        pass


class Traces:
    """The traces of this process: none until they are switched on."""

    def __init__(self) -> None:
        self._recorder: Recorder = _Off()

    def switch_on(self, program: str, environment: Mapping[str, str]) -> None:
        """Begin to record if the environment asks for it, as ``program``. Raises CannotTrace."""
        exporter = exporter_of(environment)
        if exporter is not None:
            from jobs.open_telemetry import OpenTelemetry  # noqa: PLC0415 - only where it is asked for

            self._recorder = OpenTelemetry(program, exporter)

    def span(
        self, name: str, attributes: Attributes, parent: str | None = None
    ) -> AbstractContextManager[Span]:
        """Record what happens within the block, below ``parent`` or else the current span."""
        return self._recorder.span(name, attributes, parent)

    def traceparent(self) -> str | None:
        """Return what is to be stored for spans of other processes; None while nothing is recorded."""
        return self._recorder.traceparent()

    def end(self) -> None:
        """Send what is recorded. Nothing is recorded afterwards."""
        self._recorder.end()
        self._recorder = _Off()


TRACES: Final = Traces()


def exporter_of(environment: Mapping[str, str]) -> str | None:
    """Return which exporter the environment asks for; None if it asks for no traces.

    Raises CannotTrace if it asks for one that there is not, or if the packages are not installed.
    """
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    implied = "otlp" if any(environment.get(name) for name in ENDPOINTS) else "none"
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip() or implied
    if exporter == "none":
        return None
    if exporter not in EXPORTERS:
        raise CannotTrace(f"OTEL_TRACES_EXPORTER must be none, {' or '.join(EXPORTERS)}")
    protocol = next((environment[name] for name in _PROTOCOLS if environment.get(name)), SPOKEN)
    if exporter == "otlp" and protocol != SPOKEN:
        raise CannotTrace(f"{_PROTOCOLS[1]} must be {SPOKEN} or unset")
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        raise CannotTrace(
            "the environment asks for traces (OTEL_...), and the packages for it are not installed: "
            "pip install 'certification-service[tracing]', or set OTEL_SDK_DISABLED=true"
        )
    return exporter
