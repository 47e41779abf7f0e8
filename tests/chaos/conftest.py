"""The whole service, each part a process of its own; workers can be armed to die at exact moments."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.service import Service, running_service


@pytest.fixture(scope="session")
def models_dir(half_spaces: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The half-spaces, and the shipped classifier of digits."""
    folder = tmp_path_factory.mktemp("chaos-models") / "models"
    shutil.copytree(half_spaces, folder)
    shutil.copytree(repository / "models" / "mnist", folder / "mnist")
    return folder


@pytest.fixture(scope="session")
def armed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder where the moments lie at which the service's workers die."""
    return tmp_path_factory.mktemp("armed")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, models_dir: Path, armed: Path) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("chaos"), models_dir, armed) as service:
        yield service


@pytest.fixture
def service(running: Service, armed: Path) -> Iterator[Service]:
    """Everything alive before a test, and nothing left to do after it."""
    running.wait_for_workers()
    yield running
    for moment in armed.iterdir():
        moment.unlink()
    running.wait_for_workers()
    running.assert_nothing_left()


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory, models_dir: Path, armed: Path) -> Iterator[Service]:
    """A service with room for few jobs: rows are fed from the first moment of a run to the last."""
    folder = tmp_path_factory.mktemp("crowded")
    with running_service(folder, models_dir, armed, max_active_jobs=12) as service:
        yield service
        service.wait_for_workers()
        service.assert_nothing_left()
