"""The health checks of the images, run as the containers run them: cheap, and about liveness alone."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from jobs.shared_settings import JobsSettings
from tests.support.gateway import running_gateway
from tests.support.server import free_port

CHECKS = {"gateway": "alive.sh", "worker": "beating.sh"}


def passes(repository: Path, name: str, **environment: object) -> bool:
    """Run a check with these variables; it must say nothing on the way, whatever it finds."""
    told = {key: str(value) for key, value in environment.items()}
    return not subprocess.run(
        ["bash", repository / "docker" / CHECKS[name]],
        check=False,
        env=os.environ | told,
        stderr=subprocess.DEVNULL,
        timeout=200,
    ).returncode


def test_a_gateway_is_healthy_without_a_server_and_without_workers(repository: Path, tmp_path: Path) -> None:
    nothing = f"redis://127.0.0.1:{free_port()}/0"
    with running_gateway(tmp_path, nothing, repository / "models") as gateway:
        assert passes(repository, "gateway", CERTIFY_PORT=gateway.port)
    assert not passes(repository, "gateway", CERTIFY_PORT=gateway.port)


@pytest.mark.parametrize(
    ("age_s", "limit", "healthy"),
    [(0, {}, True), (12, {}, False), (100, {"CERTIFY_HEARTBEAT_TTL_S": 200}, True)],
)
def test_a_worker_is_healthy_while_it_announces_itself(
    repository: Path, tmp_path: Path, age_s: float, limit: dict[str, int], healthy: bool
) -> None:
    beat = tmp_path / "heartbeat"
    beat.touch()
    os.utime(beat, (time.time() - age_s,) * 2)
    assert passes(repository, "worker", CERTIFY_HEARTBEAT_FILE=beat, **limit) is healthy
    assert JobsSettings.model_fields["heartbeat_ttl_s"].default == 10, "as the check takes it to be"


def test_a_worker_that_never_announced_itself_is_not_healthy(repository: Path, tmp_path: Path) -> None:
    assert not passes(repository, "worker", CERTIFY_HEARTBEAT_FILE=tmp_path / "heartbeat")


def test_images_and_compose_run_these_checks_and_start_no_python(repository: Path) -> None:
    services = yaml.safe_load((repository / "docker-compose.yml").read_text())["services"]
    dockerfile = (repository / "docker" / "Dockerfile").read_text()
    for name, script in CHECKS.items():
        assert services[name]["healthcheck"]["test"] == ["CMD", "bash", f"/app/{script}"]
        assert f'CMD ["bash", "/app/{script}"]' in dockerfile
