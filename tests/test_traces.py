"""One trace leads from a request through all steps of its job; without the variables nothing is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import httpx
import pytest

from jobs.tracing import CannotTrace, exporter_of
from tests.support.collector import running_collector
from tests.support.gateway import running_gateway
from tests.support.places import ROOT
from tests.support.server import Server
from tests.support.wait import wait_until
from tests.support.worker import Worker

TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN: Final = "00f067aa0ba902b7"
BODY: Final = {
    "model": "slow-half-space",
    "sigma": 0.5,
    "tensor": {"shape": [2], "data": [0.5, 0.25]},
    "n": 20_000,
}
PARTS: Final = {"step select", "step sample", "shard", "certificate"}


def test_one_trace_from_the_request_to_the_certificate(
    server: Server, half_spaces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        worker = Worker(server.url, half_spaces, tmp_path / "worker.log", processes=2, shard_s=0.2)
        with (
            running_gateway(tmp_path, server.url, half_spaces) as gateway,
            httpx.Client(timeout=200) as client,
        ):
            worker.start()
            try:
                headers = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
                answer = client.post(f"{gateway.url}/v1/certifications", json=BODY, headers=headers)
                job = gateway.url + answer.headers["location"]
                wait_until(lambda: client.get(job).json()["finished_at"], "the job to end")
                assert "trace" not in client.get(job).json()["request"]

                def arrived() -> bool:
                    return {span.name for span in collector.spans if span.trace == TRACE} >= PARTS

                wait_until(arrived, "the spans")
                worker.stop()
            finally:
                worker.kill()
    mine = [span for span in collector.spans if span.trace == TRACE]
    (request,) = (span for span in mine if span.program == "certification-gateway")
    assert (request.name, request.parent) == ("POST /v1/certifications", SPAN)
    assert request.attributes["http.response.status_code"] == 202
    steps = [span for span in mine if span.name.startswith("step ")]
    assert {span.parent for span in steps} == {request.id}
    assert {span.program for span in steps} == {"certification-worker"}
    assert {span.attributes["certify.job_id"] for span in steps} == {answer.json()["id"]}
    shards = [span for span in mine if span.name == "shard"]
    assert sum(span.attributes["certify.samples"] for span in shards) == BODY["n"]
    assert {span.parent for span in shards} <= {span.id for span in steps}
    assert not [span for span in collector.spans if "/health" in span.name]


def test_nothing_is_loaded_unless_it_is_asked_for() -> None:
    told = run(
        "import sys, os; from jobs.tracing import TRACES; TRACES.switch_on('x', os.environ); "
        "from service.gateway_app import create_app; from service.gateway_settings import GatewaySettings; "
        "create_app(GatewaySettings()); import worker.queue.celery_worker; "
        "print([name for name in sys.modules if name.startswith(('opentelemetry.exporter', "
        "'opentelemetry.sdk.trace', 'jobs.open_telemetry'))])"
    )
    assert told.stdout == "[]\n"


@pytest.mark.parametrize("program", ["service", "worker"])
def test_a_program_that_cannot_trace_says_what_to_install(program: str) -> None:
    hidden = "import sys; sys.modules['opentelemetry.exporter'] = None; "
    told = run(
        f"{hidden}from {program}.__main__ import main; sys.exit(main())",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
    )
    assert told.returncode == 2
    assert "pip install 'certification-service[tracing]'" in told.stderr


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if "OTEL" not in name} | environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "exporter"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "console"),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, None),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, None),
    ],
)
def test_the_standard_variables_decide(environment: dict[str, str], exporter: str | None) -> None:
    assert exporter_of(environment) == exporter


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER must be none, otlp or console"),
        (
            {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf",
        ),
    ],
)
def test_what_it_cannot_do_is_refused(environment: dict[str, str], words: str) -> None:
    with pytest.raises(CannotTrace, match=words):
        exporter_of(environment)
