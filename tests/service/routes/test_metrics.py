"""Metrics: what they count, and that the page for operators names them all."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.support.announced import beat
from tests.support.gateway import Gateway
from tests.support.pictures import RAMP, encode
from tests.support.server import Server

PNG = encode(RAMP)


def test_metrics_count_requests_submissions_and_jobs(own_gateway: Gateway, own_server: Server) -> None:
    beat(own_server)
    url = own_gateway.url
    for _ in range(2):
        httpx.post(f"{url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
    last = httpx.get(f"{url}/v1/certifications").json()["jobs"][0]["id"]
    httpx.delete(f"{url}/v1/certifications/{last}")
    httpx.get(f"{url}/nowhere")
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    for line in (
        'certify_submissions_total{certifier="second_order",model="grey"} 2.0',
        'certify_jobs{state="queued"} 1.0',
        'certify_jobs{state="running"} 0.0',
        'certify_jobs_ended_total{outcome="cancelled"} 1.0',
        'certify_worker_processes{worker="w1"} 1.0',
        "certify_workers 1.0",
        "certify_store_up 1.0",
        'certify_http_requests_total{method="POST",route="/v1/certifications",status="202"} 2.0',
        'certify_http_requests_total{method="DELETE",route="/v1/certifications/{job_id}",status="200"} 1.0',
        'certify_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
    ):
        assert line in lines


def test_every_metric_is_in_the_page_for_operators(
    own_gateway: Gateway, own_server: Server, repository: Path
) -> None:
    beat(own_server)
    httpx.post(f"{own_gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
    text = httpx.get(f"{own_gateway.url}/metrics").text
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, flags=re.MULTILINE))
    served = {name for name in kinds if not name.startswith("process_") and not name.endswith("_created")}
    page = (repository / "docs/operations.md").read_text()
    assert set(re.findall(r"^\| `(certify_\w+)` \|", page, flags=re.MULTILINE)) == served
    assert any(name.startswith("process_") for name in kinds)
