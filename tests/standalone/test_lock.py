"""The lock pins everything that any extra asks for, with hashes, and names no index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ONLY_WITH_CUDA = ("nvidia-", "cuda-")
OWN = "certification-service"


@pytest.fixture(scope="session")
def folder(repository: Path) -> Path:
    return repository / "requirements"


@pytest.fixture(scope="session")
def project(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text())


@pytest.fixture(scope="session")
def extras(project: dict[str, Any]) -> dict[str, set[str]]:
    """Return the names that each extra asks for, through other extras, with the project's own."""
    lists: dict[str, list[str]] = project["project"]["optional-dependencies"]

    def named(requirements: list[str]) -> set[str]:
        names: set[str] = set()
        for requirement in map(Requirement, requirements):
            inner = [line for extra in requirement.extras for line in lists[extra]]
            names |= named(inner) if requirement.name == OWN else {canonicalize_name(requirement.name)}
        return names

    always = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    return {extra: named([*always, *lines]) for extra, lines in lists.items()}


def entries(path: Path) -> dict[str, tuple[str, int]]:
    """Return version and number of hashes of each package of a file that `make lock` writes."""
    text = re.sub(r"^ *#.*\n", "", path.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        requirement, *hashes = re.split(r" +--hash=", line)
        pin = Requirement(requirement)
        version = re.fullmatch(r"==([^,*]+)", str(pin.specifier))
        assert pin.url is None, line
        assert version, line
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64} *", one) for one in hashes), line
        found[pin.name] = version[1], len(hashes)
    return found


def test_each_extra_has_a_list_and_there_is_no_other(folder: Path, extras: dict[str, set[str]]) -> None:
    assert {path.stem for path in (folder / "extras").iterdir()} == set(extras)


def test_lists_hold_what_their_extras_ask_for_at_the_locked_version_with_hashes(
    folder: Path, extras: dict[str, set[str]]
) -> None:
    lock = {name: version for name, (version, _) in entries(folder / "lock.txt").items()}
    for extra, wanted in extras.items():
        listed = entries(folder / "extras" / f"{extra}.txt")
        assert wanted <= listed.keys(), extra
        assert all(hashes for _, hashes in listed.values()), extra
        assert {name: version for name, (version, _) in listed.items()}.items() <= lock.items(), extra


@pytest.mark.parametrize("name", ["model-data", "tools"])
def test_other_lists_hold_what_is_written_beside_them(folder: Path, name: str) -> None:
    listed = entries(folder / f"{name}.txt")
    for line in (folder / f"{name}.in").read_text().splitlines():
        if not line.startswith("#"):
            pinned, _, version = line.partition("==")
            assert listed[pinned][0] == version
    assert all(hashes for _, hashes in listed.values())


def test_the_build_backend_is_pinned_alike(folder: Path, project: dict[str, Any]) -> None:
    (backend,) = project["build-system"]["requires"]
    assert backend == f"setuptools=={entries(folder / 'lock.txt')['setuptools'][0]}"
    assert backend in (folder / "build.in").read_text()


def test_libraries_of_cuda_are_for_gpus_alone(folder: Path, extras: dict[str, set[str]]) -> None:
    def libraries(path: Path) -> set[str]:
        return {name for name in entries(path) if name.startswith(ONLY_WITH_CUDA)}

    for extra in extras.keys() - {"gpu"}:
        assert not libraries(folder / "extras" / f"{extra}.txt"), extra
    needed = libraries(folder / "torch-cuda.txt")
    assert {"nvidia-cublas", "nvidia-nvjitlink", "cuda-bindings", "cuda-pathfinder"} <= needed
    assert libraries(folder / "extras" / "gpu.txt") == needed


def test_cpu_builds_of_pytorch_are_accepted_but_for_gpus(folder: Path, extras: dict[str, set[str]]) -> None:
    lines = (folder / "torch-cpu.sha256").read_text().splitlines()
    builds = [line.split() for line in lines if not line.startswith("#")]
    version, _ = entries(folder / "lock.txt")["torch"]
    assert {name.split("-")[1] for _, name in builds} == {f"{version}+cpu"}
    for extra in (extra for extra, names in extras.items() if "torch" in names):
        text = (folder / "extras" / f"{extra}.txt").read_text()
        assert {f"sha256:{digest}" in text for digest, _ in builds} == {extra != "gpu"}, extra


def test_nothing_that_serves_needs_triton(folder: Path, repository: Path) -> None:
    """No list has it: PyTorch uses it for torch.compile, and runs TorchScript without it."""
    lists = [*folder.glob("*.txt"), *(folder / "extras").iterdir()]
    assert not [path.name for path in lists if path.name != "lock.txt" and "triton" in entries(path)]
    rooms = (
        "certificates",
        "verification",
        "jobs",
        "registry",
        "worker",
        "service",
        "standalone",
        "importing",
    )
    for path in (path for room in rooms for path in (repository / room).rglob("*.py")):
        assert not re.search(r"\btriton\b|torch\.compile\b|torch\._(inductor|dynamo)", path.read_text()), path


def test_cpu_and_gpu_have_the_same_onnx_runtime(folder: Path) -> None:
    lock = entries(folder / "lock.txt")
    assert lock["onnxruntime"] == lock["onnxruntime-gpu"]
