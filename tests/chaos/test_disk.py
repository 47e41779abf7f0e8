"""A full disk under the append-only file: nothing is accepted that could be lost, and it ends by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from client import CertificationClient, Job, Parameters, State
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


def test_a_full_disk(cramped: Standalone, repository: Path) -> None:
    image = (repository / "examples" / "digit-7.png").read_bytes()
    parameters = Parameters("mnist", n=60_000, seed=5)
    cramped.start()

    def certified(job: Job) -> object:
        assert job.status is State.SUCCEEDED, job.document
        return job.certificate

    def submit() -> httpx.Response:
        form = {"model": "mnist", "n": "60000", "seed": "5"}
        url = f"{cramped.url}/v1/certifications"
        return httpx.post(url, data=form, files={"image": image}, timeout=30)

    def listed() -> int:
        return len(httpx.get(f"{cramped.url}/v1/certifications?limit=100", timeout=30).json()["jobs"])

    with CertificationClient(cramped.url) as client:
        undisturbed = certified(client.wait(client.submit_image(image, parameters).id, timeout_s=60))
        accepted = [submit().json()["id"] for _ in range(3)]
        ballast = fill(cramped.data)
        refused = wait_until(lambda: refusal(submit, accepted), "a refusal")
        assert refused.json()["type"].endswith(":store-unavailable")
        assert int(refused.headers["Retry-After"]) > 0

        def still_full() -> bool:
            fill(cramped.data)
            answer = submit()
            assert answer.status_code == 503
            return cramped.log.read_text().count("server     | ended") > 3

        wait_until(still_full, "the server to have tried again", 60, interval=0.2)
        ballast.unlink()
        wait_until(client.ready, "the service to go on by itself", 60)
        assert listed() == 1 + len(accepted)
        jobs = [*accepted, wait_until(submit, "an answer").json()["id"]]
        for job_id in jobs:
            assert certified(client.wait(job_id, timeout_s=60)) == undisturbed
    assert cramped.stop() == 0


def refusal(submit: object, accepted: list[str]) -> httpx.Response | None:
    """Submit; what is accepted all the same is noted."""
    assert callable(submit)
    answer: httpx.Response = submit()
    if answer.status_code == 202:
        accepted.append(answer.json()["id"])
        return None
    assert answer.status_code == 503
    return answer
