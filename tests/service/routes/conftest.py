"""A gateway with a server that tests may kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.connection import connect
from jobs.shared_settings import JobsSettings
from tests.support.gateway import Gateway, running_gateway
from tests.support.server import Server, running_server


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that these tests may kill."""
    with running_server(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="module")
def its_gateway(
    own_server: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(folder, own_server.url, models_dir) as gateway:
        yield gateway


@pytest.fixture
def own_gateway(own_server: Server, its_gateway: Gateway) -> Gateway:
    """A gateway on an empty server."""
    with connect(JobsSettings(redis_url=own_server.url)) as client:
        client.flushall()
    return its_gateway
