"""The standalone service serves, repairs itself, keeps what it accepted and leaves nothing running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from certify_client import CertificationClient, Job, Parameters, State
from standalone.checks import lock_data_folder
from tests.standalone.conftest import Standalone
from tests.support.wait import wait_until
from verification.certificate_check import verify


def certify(url: str, repository: Path, *, n: int = 2000) -> Job:
    image = (repository / "examples" / "digit-7.png").read_bytes()
    with CertificationClient(url) as client:
        return client.wait(client.submit(image, Parameters("mnist", n=n, seed=1)).id, timeout_s=60)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends programs together with their parent")
def test_nothing_outlives_a_killed_supervisor_and_nothing_is_lost(
    running: Standalone, repository: Path
) -> None:
    image = (repository / "examples" / "digit-7.png").read_bytes()
    parameters = Parameters("mnist", n=100_000, seed=2)
    with CertificationClient(running.url) as client:
        job = client.submit(image, parameters).id
        wait_until(lambda: client.get(job).status is not State.QUEUED, "a worker to begin")
    running.kill()
    wait_until(lambda: running.processes() == set(), "everything to end with the supervisor")

    running.start()
    with CertificationClient(running.url) as client:
        disturbed = client.wait(job, timeout_s=60)
        undisturbed = client.wait(client.submit(image, parameters).id, timeout_s=60)
    assert disturbed.certificate is not None
    assert disturbed.certificate == undisturbed.certificate


def test_life(running: Standalone, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = len(running.log.read_text())
    before = certify(running.url, repository)
    assert before.status is State.SUCCEEDED
    assert verify(before.document).holds

    (worker,) = running.worker_pids()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: running.worker_pids() - {worker}, "another worker")
    assert certify(running.url, repository).certificate == before.certificate

    assert running.stop() == 0
    assert running.processes() == set()
    assert "\nready      | The service is ready at " in running.log.read_text()
    log = running.log.read_text()[begun:]
    assert (
        log.index("worker     | stopped")
        < log.index("gateway    | stopped")
        < log.index("server     | stopped")
    )
    assert "worker     | ended" in log  # the one that was killed

    monkeypatch.setitem(running.environment, "NUMBA_DISABLE_JIT", "1")  # no job needs compiled loops any more
    running.start()
    with CertificationClient(running.url) as client:
        assert client.get(before.id).document == before.document
    assert running.stop(signal.SIGTERM) == 0
    assert running.processes() == set()


def test_refuses_a_data_folder_in_use(standalone: Standalone) -> None:
    with lock_data_folder(standalone.data):
        said = refusal(standalone.environment)
    assert f"is in use by another instance (process {os.getpid()})" in said


@pytest.mark.parametrize("setting", ["CERTIFY_PORT", "CERTIFY_SERVER_PORT"])
def test_refuses_a_port_in_use(standalone: Standalone, setting: str) -> None:
    with socket.create_server(("127.0.0.1", int(standalone.environment[setting]))):
        assert f"Set {setting} to a free port" in refusal(standalone.environment)


def refusal(environment: dict[str, str]) -> str:
    """Return what an instance says that cannot start."""
    done = subprocess.run(
        [sys.executable, "-m", "standalone"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cannot start: ")
    return done.stderr
