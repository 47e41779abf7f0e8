"""The lists of an image's packages name what the image holds: Debian's and Python's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.docker_engine import docker, engine_answers
from tests.support.places import ROOT

pytestmark = pytest.mark.containers
INSTALLED = """
from importlib.metadata import distributions
import sysconfig
for one in distributions(path=[sysconfig.get_path("purelib")]):
    print(one.name, one.version)
"""
TOOLS = Path(sys.prefix, "tools/bin")


@pytest.fixture(scope="module")
def image() -> str:
    tag = os.environ.get("CERTIFY_TEST_IMAGES")
    if tag is None or not engine_answers() or not (TOOLS / "debsbom").exists():
        pytest.skip(
            "needs images, a Docker engine and the tools of releases: `make containers` has all three"
        )
    return f"certification-gateway:{tag}"


def components(document: Path) -> set[tuple[str, str]]:
    read = json.loads(document.read_text())
    assert read["bomFormat"] == "CycloneDX"
    return {(one["name"], one["version"]) for one in read["components"]}


def said_by(image: str, *command: str) -> set[tuple[str, ...]]:
    """Run a command that prints names and versions in a container of the image."""
    said = docker("run", "--rm", "--network=none", f"--entrypoint={command[0]}", image, *command[1:])
    return {tuple(line.split()) for line in said.splitlines()}


def test_lists_are_complete(image: str, tmp_path: Path) -> None:
    program = ROOT / "docker/list-packages.sh"
    subprocess.run([program, TOOLS, image, tmp_path], check=True, timeout=300)
    debian = said_by(image, "dpkg-query", "-W", "-f", "${Package} ${Version}\n")
    python = said_by(image, "python", "-c", INSTALLED)
    assert len(debian) > 50
    assert debian <= components(tmp_path / "certification-gateway-debian.cdx.json")
    assert ("fastapi",) in {(name,) for name, _ in python}
    assert python == components(tmp_path / "certification-gateway-python.cdx.json")
