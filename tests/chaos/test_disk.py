"""A full disk under the append-only file: nothing is accepted that could be lost, and it ends by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from client import CertificationClient, State
from tests.standalone.conftest import Standalone
from tests.support.wait import wait_until

pytestmark = pytest.mark.chaos


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Mount a file system of a few megabytes; skips the test, saying so, where that is not permitted."""
    folder.mkdir(parents=True)
    options = ["-o", f"size={megabytes}m"]
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", *options, "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be made here, which takes root: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def cramped(tmp_path: Path, repository: Path) -> Iterator[Standalone]:
    """The standalone service with two workers, all its data on a small disk."""
    with small_disk(tmp_path / "data", 4):
        instance = Standalone(
            tmp_path, repository, workers=2, visibility_timeout_s=3, lease_s=2.0, stall_s=3.0
        )
        try:
            yield instance
        finally:
            instance.destroy()


def fill(folder: Path) -> Path:
    """Leave no room on a disk."""
    ballast = folder / "ballast"
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return ballast


class Client:
    """Submits one request again and again, and remembers what was accepted."""

    def __init__(self, url: str, image: bytes) -> None:
        self._url = f"{url}/v1/certifications"
        self._image = image
        self.accepted: list[str] = []

    def submit(self) -> httpx.Response:
        form = {"model": "mnist", "n": "60000", "seed": "5"}
        answer = httpx.post(self._url, data=form, files={"image": self._image}, timeout=30)
        if answer.status_code == 202:
            self.accepted.append(answer.json()["id"])
        return answer

    def refused(self) -> bool:
        """Submit, and check that a refusal says why and when to ask again."""
        answer = self.submit()
        if answer.status_code == 202:
            return False
        assert answer.status_code == 503
        assert answer.json()["type"].endswith(":store-unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        return True

    def listed(self) -> set[str]:
        jobs = httpx.get(self._url, params={"limit": 100}, timeout=30).json()["jobs"]
        return {job["id"] for job in jobs}


def certificate(client: CertificationClient, job_id: str) -> object:
    job = client.wait(job_id, timeout_s=60)
    assert job.status is State.SUCCEEDED, job.document
    return job.certificate


def test_a_full_disk(cramped: Standalone, repository: Path) -> None:
    cramped.start()
    user = Client(cramped.url, (repository / "examples" / "digit-7.png").read_bytes())
    with CertificationClient(cramped.url) as client:
        undisturbed = certificate(client, user.submit().json()["id"])
        for _ in range(3):
            user.submit()
        ballast = fill(cramped.data)
        wait_until(user.refused, "a refusal")

        def tried_again() -> bool:
            fill(cramped.data)
            assert user.refused()
            return cramped.log.read_text().count("server     | ended") > 3

        wait_until(tried_again, "the server to have tried again", 60, interval=0.2)
        ballast.unlink()
        wait_until(client.ready, "the service to go on by itself", 60)
        wait_until(lambda: not user.refused(), "a job to be accepted again")
        assert user.listed() == set(user.accepted)
        for job_id in user.accepted:
            assert certificate(client, job_id) == undisturbed
    assert cramped.stop() == 0
