"""Images are made from base images of a stated digest, and one command states those of today."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DIGEST = re.compile(r"[a-z0-9./-]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}")


@pytest.fixture
def dockerfile(repository: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(repository / "docker" / "Dockerfile", tmp_path))


def defaults(dockerfile: Path) -> dict[str, str]:
    return dict(re.findall(r"^ARG ([A-Z]+_IMAGE)=(\S+)$", dockerfile.read_text(), re.MULTILINE))


def test_every_image_from_outside_has_a_digest(dockerfile: Path) -> None:
    text = dockerfile.read_text()
    own = set(re.findall(r"^FROM \S+ AS (\w+)$", text, re.MULTILINE))
    outside = set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) - own
    outside |= set(re.findall(r"--from=(\S+)", text)) - own
    assert outside == {f"${{{name}}}" for name in defaults(dockerfile)}
    assert all(DIGEST.fullmatch(image) for image in defaults(dockerfile).values())


def test_compose_lets_others_be_named_and_pulls_nothing_else(repository: Path, dockerfile: Path) -> None:
    services = yaml.safe_load((repository / "docker-compose.yml").read_text())["services"]
    assert all("build" in service for service in services.values())
    passed = {
        name: value for service in services.values() for name, value in service["build"]["args"].items()
    }
    assert {name: passed[name] for name in defaults(dockerfile)} == dict.fromkeys(defaults(dockerfile))


def renewed(dockerfile: Path, answer: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a program in docker's place that answers this, and notes what it was asked."""
    program = dockerfile.parent / "docker"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{dockerfile.parent}/asked"\necho "{answer}"\n')
    program.chmod(0o755)
    script = Path(__file__).parents[2] / "docker" / "renew-digests.sh"
    paths = f"{dockerfile.parent}:{os.environ['PATH']}"
    return subprocess.run(
        [script, dockerfile], env={"PATH": paths}, capture_output=True, text=True, check=False
    )


def test_digests_are_renewed_and_nothing_else_changes(dockerfile: Path) -> None:
    before, images = dockerfile.read_text(), defaults(dockerfile)
    new = f"sha256:{'0123456789abcdef' * 4}"
    assert renewed(dockerfile, new).returncode == 0
    assert {image.partition("@")[2] for image in defaults(dockerfile).values()} == {new}
    assert re.sub(r"@sha256:\w+", "", dockerfile.read_text()) == re.sub(r"@sha256:\w+", "", before)
    asked = (dockerfile.parent / "asked").read_text().splitlines()
    assert [line.split()[3] for line in asked] == [image.partition("@")[0] for image in images.values()]


def test_what_is_no_digest_is_not_written(dockerfile: Path) -> None:
    before = dockerfile.read_text()
    done = renewed(dockerfile, "not found")
    assert done.returncode != 0
    assert "python:3.11-slim-bookworm" in done.stderr
    assert dockerfile.read_text() == before
