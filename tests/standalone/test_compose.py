"""Containers are confined, and compose file, images, settings and programs agree with each other."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs.connection import connect
from jobs.durability import examine
from jobs.shared_settings import JobsSettings
from service.gateway_settings import GatewaySettings
from service.http.hosts import Hosts
from tests.support.server import running_server
from worker.worker_settings import WorkerSettings

SERVICES = ("redis", "gateway", "worker")


@pytest.fixture(scope="session")
def compose(repository: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((repository / "docker-compose.yml").read_text())
    return read


@pytest.fixture(scope="session")
def dockerfile(repository: Path) -> str:
    return (repository / "docker" / "Dockerfile").read_text()


@pytest.mark.parametrize("name", [*SERVICES, "import"])
def test_confined(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    user = re.sub(r"^\$\{[A-Z_]+:-(.*)\}$", r"\1", service["user"])
    assert user.partition(":")[0] not in ("", "0", "root")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["pids_limit"] > 0
    assert service["mem_limit"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_the_image_has_what_the_health_check_runs(
    compose: dict[str, Any], dockerfile: str, repository: Path, name: str
) -> None:
    check = compose["services"][name]["healthcheck"]["test"]
    stage = stage_of(dockerfile, compose["services"][name]["build"]["target"])
    assert command(stage, r"^HEALTHCHECK .*?CMD ") == check[1:]
    for script in (word for word in check if word.startswith("/app/")):
        source = f"docker/{Path(script).name}"
        assert f"COPY {source} {script}" in stage
        assert (repository / source).is_file()


def test_only_the_gateway_is_published_and_on_the_loopback(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }
    assert published == {"gateway": ["127.0.0.1:${CERTIFY_PORT:-8000}:8000"]}
    assert compose["networks"]["backend"] == {"internal": True}
    assert compose["services"]["redis"]["networks"] == ["backend"]


def test_only_names_of_the_machine_and_of_the_container_are_answered(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = compose["services"]["gateway"]["environment"]
    for name in ("CERTIFY_HOST", "CERTIFY_ALLOW_ANONYMOUS", "CERTIFY_ALLOWED_HOSTS"):
        monkeypatch.setenv(name, re.sub(r"^\$\{[A-Z_]+:-(.*)\}$", r"\1", written[name]))
    hosts = Hosts(GatewaySettings())
    assert hosts.knows("localhost:8000")
    assert hosts.knows("127.0.0.1:8000")
    assert hosts.knows("gateway:8000")
    assert not hosts.knows("evil.example:8000")


def test_workers_can_be_scaled(compose: dict[str, Any]) -> None:
    assert not {"container_name", "ports"} & compose["services"]["worker"].keys()


def test_server_and_gateway_come_before_sampling(compose: dict[str, Any]) -> None:
    shares = {name: service.get("cpu_shares", 1024) for name, service in compose["services"].items()}
    assert min(shares["redis"], shares["gateway"]) >= 4 * shares["worker"]


def test_settings_of_the_env_file_reach_the_processes_but_for_the_fixed_ones(
    compose: dict[str, Any], repository: Path
) -> None:
    fixed = {"CERTIFY_REDIS_URL", "CERTIFY_MODELS_DIR"}
    own = {"gateway": {"CERTIFY_HOST", "CERTIFY_PORT"}, "worker": {"CERTIFY_DEVICE"}}
    told = (repository / ".env.example").read_text()
    for name in ("gateway", "worker"):
        service = compose["services"][name]
        assert service["env_file"] == [{"path": ".env", "required": False}]
        constant = {key for key, value in service["environment"].items() if "$" not in value}
        assert constant == fixed | own[name]
        assert all(key in told for key in constant)
    assert "env_file" not in compose["services"]["redis"]


def test_the_example_of_settings_names_what_compose_reads(repository: Path) -> None:
    named = re.findall(r"^#([A-Z_]+)=", (repository / ".env.example").read_text(), re.MULTILINE)
    text = (repository / "docker-compose.yml").read_text()
    read = set(re.findall(r"\$\{([A-Z_]+):-", text)) | set(re.findall(r"\b([A-Z]+_IMAGE):", text))
    assert set(named) == read


def test_the_server_keeps_what_it_acknowledges(
    compose: dict[str, Any], dockerfile: str, tmp_path: Path
) -> None:
    """Started as its image does but for port and folder, it has all that is asked of a server."""
    program, *options = command(stage_of(dockerfile, "redis"), "^CMD ")
    assert program == "redis-server"
    at = options.index("--dir") + 1
    folder, options[at] = options[at], str(tmp_path)
    assert compose["services"]["redis"]["volumes"] == [f"redis-data:{folder}"]
    with (
        running_server(tmp_path, keeping=options) as server,
        connect(JobsSettings(redis_url=server.url)) as client,
    ):
        assert examine(client, "always").faults == ()


def test_every_installation_checks_hashes(dockerfile: str, repository: Path) -> None:
    """Packages come through the script that checks them; pip itself installs the project alone."""
    for text in (dockerfile, (repository / "Makefile").read_text()):
        assert "requirements/install.sh" in text
        for command in re.findall(r"pip install.*", text):
            assert "--no-deps --no-build-isolation" in command


def test_images_run_the_code_from_their_own_folder(dockerfile: str, repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    rooms = set(project["tool"]["importlinter"]["root_packages"]) - {"standalone", "importing", "figures"}
    installed, _, rest = dockerfile.partition("AS runtime")
    copied = dict(re.findall(r"^COPY (\w+) (\w+)$", rest.partition("FROM ")[0], re.MULTILINE))
    assert copied == {room: room for room in rooms}
    assert not [room for room in rooms if f"COPY {room}" in installed]
    assert "WORKDIR /app" in rest
    assert "PYTHONPATH=/app" in rest


def test_only_what_imports_models_may_write_them_and_it_has_no_network(
    compose: dict[str, Any], dockerfile: str
) -> None:
    mounts = {name: service.get("volumes", []) for name, service in compose["services"].items()}
    writing = [name for name, volumes in mounts.items() if "./models:/models" in volumes]
    reading = [name for name, volumes in mounts.items() if "./models:/models:ro" in volumes]
    assert (writing, sorted(reading)) == (["import"], ["gateway", "worker"])
    assert compose["services"]["import"]["network_mode"] == "none"
    assert compose["services"]["import"]["profiles"] == ["import"]
    assert command(stage_of(dockerfile, "import"), "^ENTRYPOINT ") == ["python", "-m", "importing"]
    assert [line for line in dockerfile.splitlines() if "importing importing" in line] == [
        "COPY importing importing"
    ]


def test_whatever_images_are_made_of_reaches_the_builder(dockerfile: str, repository: Path) -> None:
    let_through = (repository / ".dockerignore").read_text().splitlines()
    wanted = re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE)
    for path in {path for paths in wanted for path in paths.split()}:
        assert (repository / path).exists()
        assert f"!{path}" in let_through or path.startswith("docker/")


def test_gateway_image_has_no_model_runtime(compose: dict[str, Any], repository: Path) -> None:
    extra = compose["services"]["gateway"]["build"]["args"]["EXTRA"]
    extras = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    needed = requirements(extras, extra)
    assert "fastapi" in needed
    assert not {"torch", "onnxruntime", "onnxruntime-gpu"} & needed
    assert compose["services"]["worker"]["build"]["args"]["EXTRA"] == "${WORKER_EXTRA:-worker}"
    assert {"torch", "onnxruntime"} <= requirements(extras, "worker")
    assert requirements(extras, "worker") - requirements(extras, "worker-onnx") == {"torch"}


def test_what_runs_in_a_container_can_install_nothing(dockerfile: str) -> None:
    """The packages of the build stage are copied without pip, and the base image's pip is removed."""
    assert "&& pip uninstall --yes pip setuptools" in stage_of(dockerfile, "build")
    assert re.search(
        r"RUN python -m pip uninstall --yes .* pip setuptools wheel", stage_of(dockerfile, "runtime")
    )


def test_gpu_override(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = yaml.safe_load((repository / "docker-compose.gpu.yml").read_text())["services"]["worker"]
    extras = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    needed = requirements(extras, worker["build"]["args"]["EXTRA"])
    assert "onnxruntime-gpu" in needed
    assert "onnxruntime" not in needed  # the two share one import folder
    for name, value in worker["environment"].items():
        monkeypatch.setenv(name, value)
    assert WorkerSettings().device == "cuda"


def requirements(extras: dict[str, list[str]], extra: str) -> set[str]:
    """Return the names that an extra of the project brings, through its other extras."""
    names: set[str] = set()
    for requirement in extras[extra]:
        if inner := re.fullmatch(r"certification-service\[(.+)\]", requirement):
            names |= {name for part in inner[1].split(",") for name in requirements(extras, part)}
        else:
            names.add(re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower())
    return names


def stage_of(dockerfile: str, target: str) -> str:
    """Return the lines that make an image."""
    return re.split(r"^FROM ", dockerfile.partition(f" AS {target}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def command(stage: str, before: str) -> list[str]:
    """Return the words of a command, which is a list in JSON."""
    found = re.search(before + r"(\[.*?\])$", stage.replace("\\\n", ""), re.MULTILINE)
    assert found
    words: list[str] = json.loads(found[1])
    return words
