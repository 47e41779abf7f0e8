"""One running service for all tests of this folder, and the ``certify`` command."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from certify_client import CertificationClient
from certify_client.cli import main
from tests.support.gateway import running_gateway
from tests.support.models import write_models
from tests.support.stack import running_stack


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


Certify = Callable[..., Ended]


@pytest.fixture(scope="session")
def service_url(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    models = folder / "models"
    write_models(models)
    shutil.copytree(repository / "models" / "mnist", models / "mnist")
    shutil.copytree(models / "half-space", models / "cat")
    manifest = models / "cat" / "model.toml"
    renamed = (
        manifest.read_text()
        .replace("half-space", "cat")
        .replace("positive", "\N{CJK UNIFIED IDEOGRAPH-732B}")
    )
    manifest.write_text(renamed)
    (models / "half-made").mkdir()
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


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Certify:
    """Run ``certify`` to its end, in this process, with no service of its own."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Ended:
        given = stdin.encode() if isinstance(stdin, str) else stdin or b""
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Ended(left.value.code, told.out, told.err)

    return run


@pytest.fixture
def certify(command: Certify, service_url: str, monkeypatch: pytest.MonkeyPatch) -> Certify:
    """Run ``certify`` to its end, in this process, against the running service."""
    monkeypatch.setenv("CERTIFY_URL", service_url)
    return command


@pytest.fixture(scope="session")
def digit(repository: Path) -> Path:
    return repository / "examples" / "digit-7.png"


@pytest.fixture
def point(tmp_path: Path) -> Path:
    """A point of the plane, one unit from the boundary of the half-space classifiers."""
    path = tmp_path / "point.npy"
    np.save(path, np.array([1.0, 0.0], np.float32))
    return path
