"""Workers are killed at the worst moments of a step: every job gives the counts of an undisturbed one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.chaos.bodies import VARIETY, request
from tests.chaos.moments import WORKER_MOMENTS, Victim, arm
from tests.chaos.service import Service
from tests.support.wait import wait_until

NAMED = (
    "the class is selected and the plan not stored",
    "a shard is half sampled",
    "a shard is stored and not acknowledged",
    "the certificate is not stored",
)


def check(service: Service, armed: Path, moments: tuple[str, ...], kinds: int) -> None:
    """Kill the process that works at each of some moments, while jobs of some kinds run."""
    bodies = VARIETY[:kinds]
    for body in bodies:
        service.undisturbed(body)
    files = [arm(armed, moment, Victim.PROCESS) for moment in moments]
    jobs = [service.submit(body) for body in bodies]
    for body, job_id in zip(bodies, jobs, strict=True):
        service.assert_undisturbed(body, job_id, 100)
    assert not [file.name for file in files if file.exists()], "moments that no process got to"


def test_a_process_killed_in_select_in_a_shard_behind_it_and_in_certify(
    service: Service, armed: Path
) -> None:
    check(service, armed, NAMED, kinds=2)


@pytest.mark.chaos
def test_a_process_killed_once_at_every_moment(service: Service, armed: Path) -> None:
    check(service, armed, tuple(WORKER_MOMENTS), kinds=len(VARIETY))


@pytest.mark.chaos
@pytest.mark.parametrize("moment", WORKER_MOMENTS)
def test_a_worker_killed_whole(service: Service, armed: Path, moment: str) -> None:
    body = VARIETY[1]
    service.undisturbed(body)
    file = arm(armed, moment, Victim.WORKER)
    service.assert_undisturbed(body, service.submit(body))
    assert not file.exists(), "no process got to this moment"


@pytest.mark.chaos
def test_a_main_process_killed_alone_leaves_no_children_behind(service: Service) -> None:
    body = request(seed=21, n=40_000)
    service.undisturbed(body)
    job_id = service.submit(body)
    wait_until(lambda: service.read(job_id)["progress"]["samples_done"] > 0, "some progress")
    victims = {worker.pid: worker.children() for worker in service.workers}
    assert all(victims.values())
    for main in victims:
        os.kill(main, signal.SIGKILL)
    children = set().union(*victims.values())
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "the children to end", 10)
    service.assert_undisturbed(body, job_id)


@pytest.mark.chaos
def test_workers_told_to_end_in_a_shard_hand_over(service: Service) -> None:
    """One after the other, as an update of the service does it: each ends in order, and none is missed."""
    body = request(seed=22, n=60_000)
    service.undisturbed(body)
    job_id = service.submit(body)
    for worker in service.workers:
        wait_until(lambda: service.read(job_id)["progress"]["samples_done"] > 0, "some progress")
        assert worker.stop() == 0
        worker.start()
        worker.wait_live(service.liveness)
    service.assert_undisturbed(body, job_id)


@pytest.mark.chaos
def test_workers_frozen_one_after_the_other(service: Service) -> None:
    """Longer than a lease and the visibility timeout: what they store when they wake changes nothing."""
    bodies = VARIETY[:3]
    for body in bodies:
        service.undisturbed(body)
    jobs = [service.submit(body) for body in bodies for _ in range(2)]
    for worker in service.workers:
        worker.signal_all(signal.SIGSTOP)
        service.let_pass(5)
        worker.signal_all(signal.SIGCONT)
    for body, job_id in zip([body for body in bodies for _ in range(2)], jobs, strict=True):
        service.assert_undisturbed(body, job_id)
