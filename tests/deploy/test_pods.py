"""Images run with what the manifests give their containers, and certify a picture."""

from __future__ import annotations

import httpx
import pytest

from certify_client import Parameters
from tests.support.docker_engine import docker, succeeds
from tests.support.places import ROOT
from tests.support.pods import Started
from verification.certificate_check import verify

pytestmark = pytest.mark.containers
DIGIT = ROOT / "examples/digit-7.png"


def asked(model: str = "mnist") -> Parameters:
    return Parameters(model, sigma=0.25, n=2000, seed=1)


@pytest.mark.parametrize("model", ["mnist", "mnist-torchscript"])
def test_a_picture_is_certified(started: Started, model: str) -> None:
    job = started.client.wait(started.client.submit(DIGIT, asked(model)).id, timeout_s=300)
    assert job.certificate is not None, job.failure
    assert job.certificate.prediction.label == "7"
    assert verify(job.document).holds


def test_a_container_has_no_more_rights_than_stated(started: Started) -> None:
    for pod in (started.server, started.gateway, started.worker):
        status = docker("exec", pod.container, "cat", "/proc/self/status")
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert fields["Uid"].split() == [str(pod.spec["securityContext"]["runAsUser"])] * 4
        assert int(fields["CapBnd"], 16) == int(fields["CapEff"], 16) == 0
        assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")
        for path in ("/app", "/opt", "/usr/local", "/models", "/keys", "/"):
            assert not succeeds(pod.container, ["touch", f"{path}/written"]), path
        assert succeeds(pod.container, ["bash", "-c", "touch $TMPDIR/tmp/written"])


def test_a_request_that_an_ingress_passes_on_is_answered(started: Started) -> None:
    (ingress,) = (one for one in started.cluster.resources if one["kind"] == "Ingress")
    (rule,) = ingress["spec"]["rules"]
    answer = httpx.get(f"{started.gateway.address}/v1/models", headers={"Host": rule["host"]}, timeout=60)
    assert answer.status_code == 401  # a key is asked for


def test_metrics_can_be_scraped_without_a_key(started: Started) -> None:
    answer = httpx.get(f"{started.gateway.address}/metrics", timeout=60)
    assert "certify_samples_remaining" in answer.text


def test_it_ends_in_order_and_keeps_its_jobs(started: Started) -> None:
    """The last test of the module: nothing runs afterwards."""
    job = started.client.wait(started.client.submit(DIGIT, asked()).id, timeout_s=300)
    assert started.worker.stop() == 0
    assert not started.gateway.passes("readinessProbe")
    assert started.gateway.passes("livenessProbe")
    assert started.gateway.stop() == 0
    assert started.server.stop() == 0
    docker("start", started.server.container)
    started.server.wait_for("startupProbe")
    kept = docker("exec", started.server.container, "redis-cli", "hget", f"certify:job:{job.id}", "status")
    assert kept == "succeeded"
