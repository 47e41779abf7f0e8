"""A real worker takes jobs from the queue to their certificates."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from certificates import CERTIFIERS, Certifier, Claim, EndedBy, Noise
from certificates.counts.evidence import Evidence
from jobs import keys
from jobs.job_records import JobState
from tests.support.fleets import here
from tests.support.lease_holders import leases_of
from tests.support.reference import assert_undisturbed, half_space
from tests.support.specs import submission
from tests.support.stack import Stack
from tests.support.wait import wait_until
from worker.noise.drawn_laws import generator_of


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_a_job_ends_with_its_certificate(stack: Stack, models_dir: Path, certifier: Certifier) -> None:
    made = half_space(models_dir, certifier=certifier, n=50_000)
    job = stack.finished(stack.submit(made))
    assert_undisturbed(models_dir, job, made.input_bytes)
    document, spec, plan = job.certificate, made.spec, job.plan
    assert document is not None
    assert plan is not None
    evidence = Evidence.from_dict(json.loads(json.dumps(document["counts"])))
    claim = Claim.from_dict(json.loads(json.dumps(document["claim"])))
    assert claim == spec.claim()
    computed = claim.certificate(evidence, EndedBy.SAMPLES).to_dict()
    assert {name: document[name] for name in computed} == computed
    assert document["prediction"] == {"index": 1, "label": "positive"}
    assert document["seed"] == str(spec.seed)
    assert document["n0"] == spec.n0
    assert document["input"] == {"shape": [2], "scale": "[-4,4]", "sha256": spec.input.sha256}
    assert document["model"] == {
        "name": "half-space",
        "sha256": spec.model_sha256,
        "manifest_sha256": plan.manifest_sha256,
        "runtime": f"torchscript {plan.runtime.version}",
        "provider": "cpu",
        "precision": "as in the file",
        "memory_format": "contiguous",
        "rows": 256,
        "threads": 1,
        "row_scores": "bit-equal",
        "batch": 256,
        "noise_generator": generator_of(Noise.GAUSSIAN, "cpu"),
    }


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_the_radius_stays_within_the_true_distance(
    stack: Stack, models_dir: Path, certifier: Certifier
) -> None:
    """The boundary is 0.5 away; with 100,000 samples the radius comes close to it."""
    job = stack.finished(stack.submit(half_space(models_dir, certifier=certifier, n=100_000)))
    assert job.certificate is not None
    radius = job.certificate["radius"]
    assert isinstance(radius, float)
    assert 0.4 < radius <= 0.5


def test_the_same_seed_gives_the_same_certificate(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, n=20_000)
    first, second = (stack.finished(stack.submit(made)) for _ in range(2))
    assert first.certificate == second.certificate
    other = stack.finished(stack.submit(half_space(models_dir, n=20_000, seed=made.spec.seed + 1)))
    assert other.certificate is not None
    assert first.certificate is not None
    assert other.certificate["counts"] != first.certificate["counts"]


def test_tasks_delivered_three_times_change_nothing(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, slow=True, n=20_000)
    job_id = stack.store.create(made.spec, made.input_bytes).job_id
    for _ in range(3):
        stack.queue.enqueue_select(job_id)
    wait_until(lambda: stack.store.get(job_id).plan is not None, "the plan")
    for shard in (1, 0, 1, 0, 1, 0):
        stack.queue.enqueue_sample(job_id, shard, here().key)
    for _ in range(3):
        stack.queue.enqueue_certify(job_id, here().key)
    assert_undisturbed(models_dir, stack.finished(job_id), made.input_bytes)


def test_late_deliveries_leave_an_ended_job_as_it_is(stack: Stack, models_dir: Path) -> None:
    job = stack.finished(stack.submit(half_space(models_dir, n=2_000)))
    stack.queue.enqueue_select(job.id)
    stack.queue.enqueue_sample(job.id, 0, here().key)
    stack.queue.enqueue_certify(job.id, here().key)
    following = stack.finished(stack.submit(half_space(models_dir, n=2_000)))
    assert following.state is JobState.SUCCEEDED
    assert stack.store.get(job.id) == job
    assert leases_of(stack.client, job.id) == {}


def test_a_cancelled_job_stops_between_batches(stack: Stack, models_dir: Path) -> None:
    job_id = stack.submit(half_space(models_dir, slow=True, n=50_000_000))
    wait_until(lambda: stack.store.get(job_id).progress.samples_done > 0, "some progress")
    stack.store.cancel(job_id)
    wait_until(lambda: not leases_of(stack.client, job_id), "its processes to stop")
    job = stack.store.get(job_id)
    assert job.state is JobState.CANCELLED
    assert 0 < job.progress.samples_done < job.spec.n
    assert not list(stack.client.scan_iter(f"{keys.job(job_id)}:*"))


def test_small_jobs_do_not_wait_behind_a_huge_one(stack: Stack, models_dir: Path) -> None:
    huge = stack.submit(half_space(models_dir, slow=True, n=50_000_000))
    wait_until(lambda: stack.store.get(huge).progress.samples_done > 0, "some progress of the huge job")
    small = [stack.submit(half_space(models_dir, n=1_000)) for _ in range(5)]
    assert all(stack.finished(job_id).state is JobState.SUCCEEDED for job_id in small)
    assert stack.store.cancel(huge).state is JobState.CANCELLED


def test_a_model_that_never_works_fails_its_job_with_the_reason(stack: Stack, models_dir: Path) -> None:
    digest = half_space(models_dir).spec.model_sha256
    wrong = stack.finished(stack.submit(submission(model="absent", model_sha256=digest)))
    changed = stack.finished(stack.submit(submission(model="half-space", model_sha256="1" * 64)))
    assert wrong.failure is not None
    assert (wrong.state, wrong.failure.type) == (JobState.FAILED, "model_broken")
    assert "absent" in wrong.failure.detail
    assert changed.failure is not None
    assert changed.failure.type == "model_changed"
    assert "1" * 64 in changed.failure.detail


def test_a_model_that_raises_fails_its_job_at_once(stack: Stack, models_dir: Path) -> None:
    folder = models_dir / "raises" / "model.toml"
    digest = folder.read_text().split('sha256 = "')[1][:64]
    job = stack.finished(stack.submit(submission(model="raises", model_sha256=digest)))
    assert job.failure is not None
    assert job.failure.type == "model_broken"
    assert "this model never works" in job.failure.detail

    def known() -> bool:
        return any("raises" in record.problems for record in stack.liveness.live_workers())

    wait_until(known, "the worker to say that it cannot load the model")
    folder.write_text(folder.read_text().replace('description = "', 'description = "mended: '))
    wait_until(lambda: not known(), "the worker to look again at a model whose manifest has changed")


def test_sampling_processes_step_back_behind_the_others(stack: Stack) -> None:
    main = os.getpriority(os.PRIO_PROCESS, stack.worker.pid)
    children = Path(f"/proc/{stack.worker.pid}/task/{stack.worker.pid}/children").read_text().split()

    def all_step_back() -> bool:  # a child that has just been started has yet to
        return {os.getpriority(os.PRIO_PROCESS, int(child)) for child in children} == {min(19, main + 10)}

    wait_until(all_step_back, "every sampling process to step back")
    assert len(children) == 2


def test_logs_are_json_and_name_the_job(stack: Stack, models_dir: Path) -> None:
    job = stack.finished(stack.submit(half_space(models_dir, n=2_000)))

    def steps() -> set[str]:
        lines = [json.loads(line) for line in stack.worker.log_text().splitlines() if line.startswith("{")]
        return {line["step"] for line in lines if line.get("job_id") == job.id}

    assert wait_until(steps, "the step to be logged") == {"select"}, "a small job waits in the queue once"
