"""One running service for all tests of this folder, and the ``certify`` command as a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from client import CertificationClient
from tests.service.gateway import running_gateway
from tests.support.models import write_models
from tests.support.stack import running_stack

Certify = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def service_url(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    models = folder / "models"
    write_models(models)
    shutil.copytree(repository / "models" / "mnist", models / "mnist")
    with (
        running_stack(folder, models, processes=1) as stack,
        running_gateway(folder, stack.server.url, models, events_interval_s=0.02) as gateway,
    ):
        yield gateway.url


@pytest.fixture
def client(service_url: str) -> Iterator[CertificationClient]:
    with CertificationClient(service_url) as made:
        yield made


@pytest.fixture(scope="session")
def environment(service_url: str) -> dict[str, str]:
    """What the command finds in its environment: the address of the service."""
    return os.environ | {"CERTIFY_URL": service_url}


@pytest.fixture(scope="session")
def certify(environment: dict[str, str]) -> Certify:
    """Run ``certify`` to its end."""

    def run(*arguments: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "client", *map(str, arguments)],
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def digit(repository: Path) -> Path:
    return repository / "examples" / "digit-7.png"


@pytest.fixture
def point(tmp_path: Path) -> Path:
    """A point of the plane, one unit from the boundary of the half-space classifiers."""
    path = tmp_path / "point.npy"
    np.save(path, np.array([1.0, 0.0], np.float32))
    return path
