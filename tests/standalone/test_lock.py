"""The lock pins everything that any extra asks for, and names no index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

PIN = re.compile(r"([a-z0-9][a-z0-9.-]*)==([^\s+;@]+)")


@pytest.fixture(scope="session")
def pins(repository: Path) -> dict[str, str]:
    lines = (repository / "requirements" / "lock.txt").read_text().splitlines()
    found = [PIN.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(found), "every line is name==version"
    return {match[1]: match[2] for match in found if match}


def test_every_requirement_is_pinned(repository: Path, pins: dict[str, str]) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(name for extra in project["project"]["optional-dependencies"].values() for name in extra),
        *(repository / "requirements" / "model-data.txt").read_text().splitlines(),
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in wanted if not line.startswith("#")}
    assert names - pins.keys() == {"certification-service"}


def test_pins_agree_with_those_given_elsewhere(repository: Path, pins: dict[str, str]) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    (backend,) = project["build-system"]["requires"]
    assert backend == f"setuptools=={pins['setuptools']}"
    for line in (repository / "requirements" / "model-data.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, _, version = line.partition("==")
            assert pins[name] == version


def test_no_cuda_packages(pins: dict[str, str]) -> None:
    assert not [name for name in pins if name.startswith(("nvidia-", "cuda-", "triton"))]
