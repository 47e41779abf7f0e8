"""``certify --version`` tells the version of the project and asks no service."""

from __future__ import annotations

from tests.certify_client.conftest import Certify


def test_the_command_tells_the_version(certify: Certify, project_version: str) -> None:
    done = certify("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"certify {project_version}\n", "")
