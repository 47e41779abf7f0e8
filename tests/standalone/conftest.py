"""``python -m standalone`` as a user starts it, on free ports, with data of its own and one shipped model."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certify_client import CertificationClient
from jobs.connection import connect
from jobs.liveness import Liveness
from jobs.shared_settings import JobsSettings
from tests.support.server import free_port
from tests.support.wait import wait_until


class Standalone:
    """One instance, which can be started and stopped again and again on the same data.

    ``more`` are further settings of its programs.
    """

    def __init__(self, folder: Path, repository: Path, **more: object) -> None:
        self.data = folder / "data"
        self.log = folder / "output.log"
        self.port, self.server_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        shutil.copytree(repository / "models" / "mnist", folder / "models" / "mnist")
        settings = {
            "CERTIFY_DATA_DIR": self.data,
            "CERTIFY_MODELS_DIR": folder / "models",
            "CERTIFY_PORT": self.port,
            "CERTIFY_SERVER_PORT": self.server_port,
            "CERTIFY_PROCESSES": 1,
        } | {f"CERTIFY_{name.upper()}": value for name, value in more.items()}
        inherited = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
        self.environment = inherited | {name: str(value) for name, value in settings.items()}
        self._repository = repository
        self._session: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, so that everything it starts can be found."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "standalone"],
                cwd=self._repository,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._session = self._process.pid
        with CertificationClient(self.url) as client:
            wait_until(lambda: self._ready(client), "the service to be ready")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl-C does and return its exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        status = self._process.wait(timeout=60)
        self._process = None
        return status

    def kill(self) -> None:
        """Kill the supervisor alone, as ``kill -9`` does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=60)
        self._process = None

    def destroy(self) -> None:
        """Kill whatever is left after a test that failed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=60)
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    @property
    def supervisor(self) -> int:
        """Id of the process that was started."""
        assert self._process is not None
        return self._process.pid

    def processes(self) -> set[int]:
        """Return the processes of the session that still run."""
        pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
        return {pid for pid in pids if self._is_ours(pid)}

    def worker_pids(self) -> set[int]:
        """Return the main processes of the workers that announce themselves, and still run."""
        settings = JobsSettings(redis_url=f"redis://127.0.0.1:{self.server_port}/0")
        with connect(settings) as client:
            return {record.pid for record in Liveness(client, settings).live_workers()} & self.processes()

    @property
    def serves(self) -> bool:
        """Whether it has been started and is ready."""
        with CertificationClient(self.url) as client:
            return self._process is not None and self._ready(client)

    def _is_ours(self, pid: int) -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return os.getsid(pid) == self._session and state != "Z"
        except (ProcessLookupError, FileNotFoundError):
            return False

    def _ready(self, client: CertificationClient) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        return client.ready()


IMPATIENT = {"visibility_timeout_s": 3, "lease_s": 2.0, "stall_s": 3.0}


@pytest.fixture
def standalone(tmp_path: Path, repository: Path) -> Iterator[Standalone]:
    """An instance that has not been started."""
    instance = Standalone(tmp_path, repository, **IMPATIENT)
    yield instance
    instance.destroy()


@pytest.fixture(scope="module")
def _instance(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Standalone]:
    instance = Standalone(tmp_path_factory.mktemp("standalone"), repository, **IMPATIENT)
    yield instance
    instance.destroy()


@pytest.fixture
def running(_instance: Standalone) -> Standalone:
    """A running instance that the tests of a module share; each finds it as the one before left it."""
    if not _instance.serves:
        _instance.destroy()
        _instance.start()
    return _instance
