"""With a full disk nothing is accepted that could be lost; the service goes on once there is room."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from certify_client import CertificationClient, State
from tests.standalone.conftest import Standalone
from tests.support.wait import wait_until

pytestmark = pytest.mark.chaos
FULL_FOR_S = 10.0


class SmallDisk:
    """A file system of a few megabytes under all that the service writes. Making one takes root."""

    def __init__(self, _service: Standalone, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"no small disk can be made here: {mounted.stderr.strip()}")

    def fill(self) -> None:
        """Leave no room."""
        with (self._folder / "ballast").open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def free(self) -> None:
        """Make room again."""
        (self._folder / "ballast").unlink()

    def remove(self) -> None:
        subprocess.run(["umount", "--lazy", self._folder], check=True)


class NoGrowth:
    """A limit under which no file of the server can grow, which anyone may set."""

    def __init__(self, service: Standalone, _folder: Path) -> None:
        self._service = service

    def fill(self) -> None:
        """Set the limit, on the supervisor too: what it starts inherits it."""
        self._limit(1)

    def free(self) -> None:
        """Take the limit away."""
        self._limit(resource.RLIM_INFINITY)

    def remove(self) -> None:
        """Leave nothing behind."""

    def _limit(self, size: int) -> None:
        for pid in (self._service.supervisor, *self._servers()):
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def _servers(self) -> set[int]:
        names = {pid: Path(f"/proc/{pid}/comm") for pid in self._service.processes()}
        return {pid for pid, name in names.items() if name.exists() and "valkey" in name.read_text()}


@pytest.fixture(params=[SmallDisk, NoGrowth])
def disk(
    request: pytest.FixtureRequest, tmp_path: Path, cramped: Standalone
) -> Iterator[SmallDisk | NoGrowth]:
    made = request.param(cramped, tmp_path / "data")
    cramped.start()
    yield made
    cramped.destroy()
    made.remove()


@pytest.fixture
def cramped(tmp_path: Path, repository: Path) -> Iterator[Standalone]:
    """The standalone service with two workers."""
    instance = Standalone(tmp_path, repository, workers=2, visibility_timeout_s=3, lease_s=2.0, stall_s=3.0)
    yield instance
    instance.destroy()


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


def test_a_full_disk(cramped: Standalone, disk: SmallDisk | NoGrowth, repository: Path) -> None:
    user = Client(cramped.url, (repository / "examples" / "digit-7.png").read_bytes())
    with CertificationClient(cramped.url) as client:
        undisturbed = certificate(client, user.submit().json()["id"])
        for _ in range(3):
            user.submit()
        disk.fill()
        wait_until(user.refused, "a refusal")

        end = time.monotonic() + FULL_FOR_S

        def long_enough() -> bool:
            disk.fill()
            assert user.refused()
            return time.monotonic() > end

        wait_until(long_enough, "a time in which the server is started again and again", 60, interval=0.2)
        disk.free()
        wait_until(client.ready, "the service to go on by itself", 60)
        wait_until(lambda: not user.refused(), "a job to be accepted again")
        assert user.listed() == set(user.accepted)
        for job_id in user.accepted:
            assert certificate(client, job_id) == undisturbed
    assert cramped.stop() == 0
