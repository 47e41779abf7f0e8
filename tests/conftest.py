"""Fixtures that every folder of tests shares: a real server, the job store, the queue."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import tomllib
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import certifi
import httpx
import hypothesis
import pytest
from redis import Redis
from xdist.remote import Producer

from jobs.celery_app import make_celery
from jobs.connection import connect
from jobs.liveness import Liveness
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from tests.support.compiled_once import FOLDER, keep_compiled
from tests.support.order import SharedServices, longest_first
from tests.support.places import ROOT
from tests.support.server import Server, running_server
from tests.support.stack import Stack, running_stack

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
gc.disable()  # collecting tests makes no garbage, and looking for it takes a quarter of the time


def pytest_configure(config: pytest.Config) -> None:
    """Share compiled loops among all processes of this session, which are new ones each session."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[FOLDER] = folder = mkdtemp(prefix="compiled-")
        config.add_cleanup(lambda: rmtree(folder))
    keep_compiled()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, and never among modules and tests, which stay."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the modules that take longest first, where several processes share the suite."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedServices:
    """Keep together what shares a service, where several processes share the suite."""
    return SharedServices(config, log)


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Trust one authority instead of 150: to read them all takes each new HTTP client 20 ms of CPU."""
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----\n")
    path = tmp_path_factory.mktemp("authorities") / "one.pem"
    path.write_text(first + end)
    os.environ["SSL_CERT_FILE"] = str(path)


@pytest.fixture(scope="session", autouse=True)
def patient_requests() -> None:
    """Let requests of tests that state no limit wait a minute for an answer: httpx waits five seconds."""
    limit = inspect.signature(httpx.get).parameters["timeout"].default
    limit.connect = limit.read = limit.write = limit.pool = 60.0


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Heed SIGINT and SIGHUP, which `&` and nohup ignore: programs that tests start would ignore them too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda _number, _frame: None)  # no program inherits a handler


@pytest.fixture(scope="session")
def emptied_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The one server of the session, which the fixture ``server`` empties before each test."""
    with running_server(tmp_path_factory.mktemp("valkey")) as running:
        yield running


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An empty server; with the marker ``own_server`` one of this test's own."""
    if request.node.get_closest_marker("own_server"):
        with running_server(tmp_path_factory.mktemp("valkey")) as running:
            yield running
    else:
        shared: Server = request.getfixturevalue("emptied_server")
        with Redis(port=shared.port) as client:
            client.flushall()
        yield shared


@pytest.fixture
def jobs_settings(server: Server) -> JobsSettings:
    return JobsSettings(redis_url=server.url, store_timeout_s=60)  # the machine may be slow


@pytest.fixture
def redis_client(jobs_settings: JobsSettings) -> Iterator[Redis]:
    client = connect(jobs_settings)
    yield client
    client.close()


@pytest.fixture
def store(redis_client: Redis, jobs_settings: JobsSettings) -> JobStore:
    return JobStore(redis_client, jobs_settings)


@pytest.fixture
def liveness(redis_client: Redis, jobs_settings: JobsSettings) -> Liveness:
    return Liveness(redis_client, jobs_settings)


@pytest.fixture
def queue(jobs_settings: JobsSettings) -> Iterator[Queue]:
    app = make_celery(jobs_settings)
    yield Queue(app)
    app.close()


@pytest.fixture(scope="session")
def project_version(repository: Path) -> str:
    """The version as it is written in its one place."""
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    return str(project["version"])


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models directory with the classifiers of ``tests.support.models``."""
    from tests.support.models import write_models  # noqa: PLC0415 - PyTorch only where it is needed

    directory = tmp_path_factory.mktemp("models")
    write_models(directory)
    return directory


@pytest.fixture(scope="session")
def half_spaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models directory for which workers import no PyTorch."""
    from tests.support.half_spaces import write_half_spaces  # noqa: PLC0415 - ONNX only where it is needed

    directory = tmp_path_factory.mktemp("half-spaces")
    write_half_spaces(directory)
    return directory


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Stack]:
    """A server and a worker with two processes, shared by tests that leave them standing."""
    with running_stack(tmp_path_factory.mktemp("stack"), models_dir, processes=2) as running:
        yield running
