"""Manifests for Kubernetes: valid, confined, and in agreement with images, compose file and settings."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from service.gateway_settings import GatewaySettings
from tests.support.places import ROOT
from tests.support.pods import rendered
from worker.worker_settings import WorkerSettings

FOLDER = ROOT / "deploy/kubernetes"
FILES = sorted(path for path in (FOLDER / "base").glob("*.yaml") if path.name != "kustomization.yaml")
OVERLAYS = ("base", "gpu", "keda")
MANY = {"Deployment", "StatefulSet"}
needs_kubectl = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl, which renders overlays, is not installed"
)


def resources() -> list[dict[str, Any]]:
    return [document for path in FILES for document in yaml.safe_load_all(path.read_text())]


def pods() -> dict[str, dict[str, Any]]:
    """Return the specification of each pod, by the name of what keeps it."""
    kept = [made for made in resources() if made["kind"] in MANY]
    return {made["metadata"]["name"]: made["spec"]["template"]["spec"] for made in kept}


def containers() -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, container)
        for name, pod in pods().items()
        for container in [*pod.get("initContainers", []), *pod["containers"]]
    ]


@pytest.mark.parametrize(
    "resource", resources(), ids=lambda made: f"{made['kind']}-{made['metadata']['name']}"
)
def test_a_resource_is_as_kubernetes_describes_it(resource: dict[str, Any]) -> None:
    kubernetes_validate.validate(resource, "1.37", strict=True)


def test_every_file_of_the_base_is_applied() -> None:
    applied = yaml.safe_load((FOLDER / "base/kustomization.yaml").read_text())["resources"]
    assert sorted(applied) == [path.name for path in FILES]


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_renders_to_valid_resources(overlay: str) -> None:
    made = [document for document in rendered(overlay) if "keda" not in document["apiVersion"]]
    assert len(made) == len(resources())
    for document in made:
        kubernetes_validate.validate(document, "1.37", strict=True)
    (worker,) = (
        each for each in made if (each["kind"], each["metadata"]["name"]) == ("Deployment", "worker")
    )
    (container,) = worker["spec"]["template"]["spec"]["containers"]
    device = {each["name"]: each["value"] for each in container["env"]}["CERTIFY_DEVICE"]
    assert device == ("cuda" if overlay == "gpu" else "cpu")
    assert ("nvidia.com/gpu" in container["resources"]["limits"]) == (overlay == "gpu")
    assert ("replicas" in worker["spec"]) == (overlay != "keda")


@needs_kubectl
def test_workers_on_gpus_have_their_own_image_wherever_images_come_from(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    for overlay in ("base", "gpu"):
        file = tmp_path / overlay / "kustomization.yaml"
        file.write_text(file.read_text().replace("newName: ", "newName: registry.example/"))
    images = {
        container["image"].removeprefix("registry.example/")
        for made in rendered(tmp_path / "gpu")
        if made["kind"] in MANY
        for container in made["spec"]["template"]["spec"]["containers"]
    }
    assert images == {f"certification-{name}:latest" for name in ("gateway", "redis", "worker-gpu")}


def test_every_container_is_confined() -> None:
    for name, pod in pods().items():
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for name, container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert {"requests", "limits"} <= set(container["resources"])


def test_images_are_targets_of_the_dockerfile_and_users_are_theirs() -> None:
    targets = set(
        re.findall(r"^FROM \S+ AS (\w+)$", (ROOT / "docker/Dockerfile").read_text(), flags=re.MULTILINE)
    )
    for name, container in containers():
        assert container["image"].removeprefix("certification-") in targets, name
    assert {name: pod["securityContext"]["runAsUser"] for name, pod in pods().items()} == {
        "server": 999,
        "gateway": 10001,
        "worker": 10001,
    }


def test_probes_ask_what_compose_asks() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    checks = {
        name: service["healthcheck"]["test"][1:]
        for name, service in compose.items()
        if "healthcheck" in service
    }
    main = {name: pod["containers"][0] for name, pod in pods().items()}
    for probe in ("startupProbe", "livenessProbe"):
        assert main["worker"][probe]["exec"]["command"] == checks["worker"]
        assert main["server"][probe]["exec"]["command"] == checks["redis"]
        assert main["gateway"][probe]["httpGet"]["path"] == "/health/live"
    assert main["gateway"]["readinessProbe"]["httpGet"]["path"] == "/health/ready"


def test_a_pod_has_as_long_to_end_as_compose_gives_it() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    graces = {name: pod["terminationGracePeriodSeconds"] for name, pod in pods().items()}
    for name, service in (("server", "redis"), ("gateway", "gateway"), ("worker", "worker")):
        assert graces[name] >= int(compose[service]["stop_grace_period"].removesuffix("s"))


def test_settings_are_settings() -> None:
    known = {
        f"CERTIFY_{name.upper()}"
        for settings in (GatewaySettings, WorkerSettings)
        for name in settings.model_fields
    }
    (shared,) = (made["data"] for made in resources() if made["kind"] == "ConfigMap")
    named = {each["name"] for _, container in containers() for each in container.get("env", [])}
    assert {*shared, *named} <= known


def test_only_the_gateway_takes_connections_from_elsewhere() -> None:
    policies = {
        made["metadata"]["name"]: made["spec"] for made in resources() if made["kind"] == "NetworkPolicy"
    }
    assert set(policies) == set(pods())
    assert all(policy["policyTypes"] == ["Ingress", "Egress"] for policy in policies.values())
    assert "ingress" not in policies["worker"]
    (to_server,) = policies["server"]["ingress"]
    (allowed,) = to_server["from"]
    (expression,) = allowed["podSelector"]["matchExpressions"]
    assert expression["values"] == ["gateway", "worker"]
