"""Run the pods of manifests by a Docker engine: with their users, rights, volumes, settings and probes."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from certify_client import CertificationClient
from tests.support.docker_engine import Engine, docker, state_of, succeeds
from tests.support.places import ROOT

KEPT: Final = {"Deployment", "StatefulSet"}
Manifest = dict[str, Any]


def rendered(overlay: str | Path) -> list[Manifest]:
    """Return the resources of an overlay, as `kubectl apply -k` would send them."""
    command = ["kubectl", "kustomize", str(ROOT / "deploy/kubernetes" / overlay)]
    text = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    return list(yaml.safe_load_all(text))


@dataclass
class Pod:
    """A running pod: its main container, where its port is published, and its specification."""

    container: str
    address: str
    spec: Manifest

    @property
    def main(self) -> Manifest:
        """The specification of the main container."""
        (only,) = self.spec["containers"]
        return dict(only)

    def log(self) -> str:
        """Return what it has logged."""
        return docker("logs", self.container, check=False)

    def passes(self, probe: str) -> bool:
        """Probe the container once, as the manifest says."""
        asked = self.main[probe]
        if "exec" in asked:
            return succeeds(self.container, asked["exec"]["command"])
        request = asked["httpGet"]
        headers = {each["name"]: each["value"] for each in request["httpHeaders"]}
        try:
            answer = httpx.get(self.address + request["path"], headers=headers, timeout=60)
        except httpx.TransportError:
            return False
        return answer.status_code < 400

    def wait_for(self, probe: str) -> None:
        """Probe until it passes; AssertionError with the log if the container ends, or fails it too often."""
        asked = self.main[probe]
        for _ in range(max(asked.get("failureThreshold", 3), 60)):
            if self.passes(probe):
                return
            assert state_of(self.container)["Running"], self.log()
            time.sleep(asked["periodSeconds"])
        raise AssertionError(f"{probe} of {self.container} fails: {self.log()}")

    def stop(self) -> int:
        """End it as a cluster does: with its hook, and within its grace. Return the exit status."""
        before = self.main.get("lifecycle", {}).get("preStop", {}).get("exec")
        assert before is None or succeeds(self.container, before["command"])
        docker("stop", "--time", str(self.spec["terminationGracePeriodSeconds"]), self.container)
        return int(state_of(self.container)["ExitCode"])


@dataclass
class Cluster:
    """The resources of an overlay, and the pods of them that run. ``secrets``: name -> files."""

    engine: Engine
    resources: list[Manifest]
    tag: str
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    _count: int = 0

    def start(self, name: str) -> Pod:
        """Start one pod of a Deployment or StatefulSet, and wait until it has started and is alive."""
        kept = self._named(KEPT, name)["spec"]
        spec = kept["template"]["spec"]
        self._count += 1
        own = self.engine.name(name, str(self._count))
        volumes = self._volumes(own, spec, kept.get("volumeClaimTemplates", []))
        for container in spec.get("initContainers", []):
            docker("run", "--rm", *self._options(spec, container, volumes))
        (main,) = spec["containers"]
        run = ["run", "--detach", "--no-healthcheck", "--name", own, "--network", self.engine.word]
        ports = [f"--publish=127.0.0.1::{port['containerPort']}" for port in main.get("ports", [])]
        docker(*run, *self._aliases(name), *ports, *self._options(spec, main, volumes))
        published = docker("port", own).rpartition(" ")[2]
        pod = Pod(own, f"http://{published}", spec)
        pod.wait_for("startupProbe")
        assert pod.passes("livenessProbe"), pod.log()
        return pod

    def _named(self, kinds: set[str], name: str) -> Manifest:
        found = [one for one in self.resources if one["kind"] in kinds and one["metadata"]["name"] == name]
        (only,) = found
        return only

    def _aliases(self, name: str) -> list[str]:
        """Return the names of the services that find this pod."""
        services = [one for one in self.resources if one["kind"] == "Service"]
        return [
            f"--network-alias={one['metadata']['name']}"
            for one in services
            if one["spec"]["selector"] == {"app.kubernetes.io/name": name}
        ]

    def _volumes(self, own: str, spec: Manifest, claims: list[Manifest]) -> dict[str, str]:
        """Make the pod's volumes: its own empty ones, claimed ones, and those with secrets."""
        group, image = spec["securityContext"]["fsGroup"], self._image("certification-redis")
        files: dict[str, dict[str, str] | None] = {claim["metadata"]["name"]: None for claim in claims}
        for volume in spec["volumes"]:
            secret = volume.get("secret")
            files[volume["name"]] = None if secret is None else self.secrets[secret["secretName"]]
        return {
            name: self.engine.volume(f"{own}-{name}", image, group, content)
            for name, content in files.items()
        }

    def _options(self, spec: Manifest, container: Manifest, volumes: dict[str, str]) -> list[str]:
        """Return the engine's options for one container of a pod, and its image and command."""
        pod, own = spec["securityContext"], container["securityContext"]
        assert pod["runAsNonRoot"]
        options = [f"--user={pod['runAsUser']}:{pod['runAsGroup']}", f"--group-add={pod['fsGroup']}"]
        options += ["--read-only"] if own["readOnlyRootFilesystem"] else []
        options += [f"--cap-drop={name}" for name in own["capabilities"]["drop"]]
        options += [] if own["allowPrivilegeEscalation"] else ["--security-opt=no-new-privileges"]
        limits = container["resources"]["limits"]
        options.append(f"--memory={limits['memory'].removesuffix('i').lower()}")
        options += [f"--cpus={limits['cpu']}"] if "cpu" in limits else []
        options += [f"--env={name}={value}" for name, value in self._settings(container).items()]
        for mount in container["volumeMounts"]:
            # nocopy: else the engine, unlike a cluster, copies files and owner of the image's folder.
            kind = "ro,nocopy" if mount.get("readOnly") else "nocopy"
            options.append(f"--volume={volumes[mount['name']]}:{mount['mountPath']}:{kind}")
        program = [*container.get("command", []), *container.get("args", [])]
        entry = [f"--entrypoint={program[0]}"] if program else []
        return [*options, *entry, self._image(container["image"]), *program[1:]]

    def _settings(self, container: Manifest) -> dict[str, str]:
        maps = [each["configMapRef"]["name"] for each in container.get("envFrom", [])]
        shared = [self._named({"ConfigMap"}, name)["data"] for name in maps]
        own = {each["name"]: each["value"] for each in container.get("env", [])}
        return {name: value for data in (*shared, own) for name, value in data.items()}

    def _image(self, name: str) -> str:
        return f"{name.partition(':')[0]}:{self.tag}"


@dataclass(frozen=True)
class Started:
    """The pods of a cluster that is ready, and a client of its gateway."""

    cluster: Cluster
    server: Pod
    gateway: Pod
    worker: Pod
    client: CertificationClient
