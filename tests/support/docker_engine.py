"""A Docker engine, through its command: networks, volumes and containers that are gone after the test."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def engine_answers() -> bool:
    """Whether a Docker engine can be used here."""
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "info"], capture_output=True, timeout=60, check=False)
    return asked.returncode == 0


def docker(*arguments: str, told: bytes | None = None, check: bool = True) -> str:
    """Run a command of Docker and return its output; AssertionError with what it said when it fails."""
    done = subprocess.run(["docker", *arguments], input=told, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0 or not check, f"docker {' '.join(arguments)}: {done.stderr.decode()}"
    return (done.stdout + (b"" if check else done.stderr)).decode().strip()


def succeeds(container: str, command: Sequence[str]) -> bool:
    """Run a command in a container, as its user, and tell whether it ended with status 0."""
    done = subprocess.run(
        ["docker", "exec", container, *command], capture_output=True, timeout=60, check=False
    )
    return done.returncode == 0


def state_of(container: str) -> dict[str, Any]:
    """Return what the engine knows of a container's process."""
    state: dict[str, Any] = json.loads(docker("inspect", "--format", "{{json .State}}", container))
    return state


class Engine:
    """What one test has made. Every name begins with one word, which nothing else on the engine has."""

    def __init__(self) -> None:
        self.word = f"certify-test-{secrets.token_hex(4)}"
        docker("network", "create", self.word)

    def name(self, *parts: str) -> str:
        """Return a name for a container or a volume."""
        return "-".join((self.word, *parts))

    def volume(self, name: str, image: str, group: int, files: dict[str, str] | None = None) -> str:
        """Make a volume that all may write to and that is a group's, with files that the group may read."""
        docker("volume", "create", name)
        run = ("run", "--rm", "-i", "--user", "0", "--entrypoint", "bash", "-v", f"{name}:/v", image, "-c")
        docker(*run, f"chgrp {group} /v && chmod 2777 /v")
        for file, content in (files or {}).items():
            docker(*run, f"cat > /v/{file} && chmod 440 /v/{file}", told=content.encode())
        return name

    def remove_all(self) -> None:
        """Remove containers, volumes and the network."""
        for made in docker("ps", "-aq", "--filter", f"name={self.word}").split():
            docker("rm", "--force", "--volumes", made)
        for volume in docker("volume", "ls", "-q", "--filter", f"name={self.word}").split():
            docker("volume", "rm", volume)
        docker("network", "rm", self.word)


@contextmanager
def engine() -> Iterator[Engine]:
    """Use an engine for the block, and leave nothing on it."""
    made = Engine()
    try:
        yield made
    finally:
        made.remove_all()
