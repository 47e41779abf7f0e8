"""The rights that docs/redis.md gives the server's user are enough for the whole service."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from redis import Redis

from tests.support.gateway import running_gateway
from tests.support.server import Server
from tests.support.wait import wait_until
from tests.support.worker import Worker

BODY: Final = {"model": "slow-half-space", "sigma": 0.5, "tensor": {"shape": [2], "data": [0.5, 0.25]}}
IMPATIENT: Final = {"visibility_timeout_s": 3, "lease_s": 2.0, "stall_s": 3.0, "heartbeat_ttl_s": 2.0}


def rules(repository: Path) -> list[str]:
    """Return the rules of the page, behind the password."""
    found = re.search(r"ACL SETUSER certify on >PASSWORD (.*)", (repository / "docs/redis.md").read_text())
    assert found is not None
    return found[1].split()


@pytest.mark.own_server
def test_the_rules_are_enough(server: Server, repository: Path, half_spaces: Path, tmp_path: Path) -> None:
    url = f"redis://certify:secret@127.0.0.1:{server.port}/0"
    worker = Worker(url, half_spaces, tmp_path / "worker.log", processes=2, **IMPATIENT)
    with Redis(port=server.port, decode_responses=True) as admin:
        admin.execute_command("ACL", "SETUSER", "certify", "on", ">secret", *rules(repository))
        with (
            running_gateway(tmp_path, url, half_spaces) as gateway,
            httpx.Client(base_url=gateway.url, timeout=60) as client,
        ):
            try:
                worker.start()
                use(client, worker)
                worker.stop()
            finally:
                worker.kill()
        assert admin.acl_log() == []


def use(client: httpx.Client, worker: Worker) -> None:
    """Do what touches the server in every way: jobs of all kinds, a run, a death, a cancellation."""

    def submit(**more: object) -> str:
        answer = client.post("/v1/certifications", json=BODY | more, headers={"Idempotency-Key": f"{more}"})
        assert answer.status_code == 202, answer.text
        return str(answer.headers["location"])

    def job(address: str) -> dict[str, Any]:
        answer: dict[str, Any] = client.get(address).json()
        return answer

    long = submit(n=2_000_000)
    wait_until(lambda: job(long)["progress"]["samples_done"] > 0, "the long job to be sampled")
    os.kill(next(iter(worker.children())), signal.SIGKILL)  # its message is restored and its step tried again
    kinds = ("first_order", "second_order", "dipole")
    jobs = [submit(certifier=kind, n=20_000) for kind in kinds]
    run = client.post("/v1/runs", json={"name": "all", "model": "slow-half-space", "sigma": 0.5, "n": 500})
    assert run.is_success, run.text
    row = client.post(f"{run.headers['location']}/rows", json={"key": "one", "tensor": BODY["tensor"]})
    assert row.is_success, row.text
    wait_until(lambda: all(job(address)["finished_at"] for address in jobs), "the jobs to end")
    assert [job(address)["status"] for address in jobs] == ["succeeded"] * 3
    assert client.delete(long).json()["status"] == "cancelled"
    for path in ("/v1/certifications", "/v1/runs", "/metrics", "/health/ready"):
        assert client.get(path).status_code == 200, path


def test_every_command_of_the_scripts_is_allowed(repository: Path) -> None:
    scripts = [path.read_text() for path in (repository / "jobs").rglob("*.lua")]
    called = {command.lower() for text in scripts for command in re.findall(r"redis\.p?call\('(\w+)'", text)}
    assert len(called) > 20
    assert called <= {rule.removeprefix("+") for rule in rules(repository)}
