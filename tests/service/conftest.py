"""One server and one gateway for all tests of this folder; what is stored is told apart by job ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from redis import Redis

from jobs.connection import connect
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from tests.support.api_keys import KEYS, Ask, replace
from tests.support.begun import input_bytes
from tests.support.gateway import Gateway, running_gateway
from tests.support.image_folders import write_models
from tests.support.server import Server, running_server

MAX_BODY_BYTES = 200_000
MAX_N = 1_000_000

GatewayWith: TypeAlias = Callable[..., AbstractContextManager[Gateway]]


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="session")
def gateway_with(
    shared_server: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> GatewayWith:
    """Run a gateway of the shared server with some settings, until the block ends."""

    def run(**settings: Any) -> AbstractContextManager[Gateway]:
        return running_gateway(tmp_path_factory.mktemp("gateway"), shared_server.url, models_dir, **settings)

    return run


@pytest.fixture(scope="session")
def gateway(gateway_with: GatewayWith) -> Iterator[Gateway]:
    settings = {"max_body_bytes": MAX_BODY_BYTES, "max_n": MAX_N}
    with gateway_with(events_interval_s=0.02, run_events_interval_s=0.02, **settings) as running:
        yield running


@pytest.fixture(scope="session")
def http(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def shared_redis(shared_server: Server) -> Iterator[Redis]:
    client = connect(JobsSettings(redis_url=shared_server.url))
    yield client
    client.close()


@pytest.fixture(scope="session")
def shared_store(shared_server: Server, shared_redis: Redis) -> JobStore:
    return JobStore(shared_redis, JobsSettings(redis_url=shared_server.url))


@dataclass(frozen=True, slots=True)
class Stored:
    """The job and the input that one submission stored."""

    job: dict[str, Any]
    array: NDArray[np.float32]

    @property
    def conversions(self) -> list[str]:
        found: list[str] = self.job["request"]["input"]["conversions"]
        return found


class Api:
    """Submits through HTTP and reads what was stored from the job store itself."""

    def __init__(self, http: httpx.Client, store: JobStore) -> None:
        self.http = http
        self.store = store

    def image(self, data: bytes, **fields: object) -> httpx.Response:
        """Post an image as a multipart form."""
        return self.http.post("/v1/certifications", data=fields, files={"image": ("x", data)})

    def json(self, **body: object) -> httpx.Response:
        """Post JSON."""
        return self.http.post("/v1/certifications", json=body)

    def stored(self, answer: httpx.Response) -> Stored:
        """Read the input of a job that was just accepted."""
        assert answer.status_code == 202, answer.text
        job = answer.json()
        values = np.frombuffer(input_bytes(self.store, job["id"]), dtype="<f4")
        return Stored(job, values.reshape(job["request"]["input"]["shape"]))


@pytest.fixture(scope="session")
def api(http: httpx.Client, shared_store: JobStore) -> Api:
    return Api(http, shared_store)


@pytest.fixture(scope="session")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    path.write_text(KEYS)
    return path


@pytest.fixture(scope="session")
def guarded(gateway_with: GatewayWith, keys_file: Path) -> Iterator[Gateway]:
    origins = '["https://lab.example"]'
    with gateway_with(keys_file=keys_file, cors_origins=origins, log_level="debug") as gateway:
        yield gateway


@pytest.fixture
def ask(guarded: Gateway, keys_file: Path) -> Iterator[Ask]:
    """Send requests to the gateway that asks for keys; its file of keys is restored after each test."""

    def send(
        method: str,
        path: str,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        given = {} if key is None else {"Authorization": f"Bearer {key}"}
        return client.request(method, guarded.url + path, headers=given | (headers or {}), timeout=60, **more)

    with httpx.Client() as client:
        yield send
    replace(keys_file, KEYS)
