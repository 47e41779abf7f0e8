"""One service for all tests of this folder, with more in it than is shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.extended_service import extended_service
from tests.support.toy_runtime import write_tables


@pytest.fixture(scope="package")
def extended(tmp_path_factory: pytest.TempPathFactory, half_spaces: Path) -> Iterator[httpx.Client]:
    """A gateway and a worker that know one certifier, one law of noise and one runtime more."""
    folder = tmp_path_factory.mktemp("extended")
    models = folder / "models"
    models.mkdir()
    (models / "half-space").symlink_to(half_spaces / "half-space")
    write_tables(models)
    with extended_service(folder, models) as client:
        yield client
