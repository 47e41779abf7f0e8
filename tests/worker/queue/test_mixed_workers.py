"""Workers with other settings take part in one job: it is computed as its plan says, by all of them."""

from __future__ import annotations

from pathlib import Path

from jobs.job_records import JobState
from tests.support.reference import assert_undisturbed, half_space
from tests.support.stack import running_stack
from tests.support.wait import wait_until

QUICK = {"processes": 1, "visibility_timeout_s": 3, "lease_s": 2.0, "stall_s": 3.0, "shard_s": 0.2}
"""A worker's death is noticed within seconds."""


def test_a_job_begun_with_one_thread_is_finished_by_a_worker_of_two(
    tmp_path: Path, half_spaces: Path
) -> None:
    made = half_space(half_spaces, slow=True, n=20_000)
    with running_stack(tmp_path, half_spaces, threads=1, **QUICK) as stack:
        job_id = stack.submit(made)
        wait_until(lambda: stack.store.get(job_id).progress.samples_done > 0, "some progress")
        stack.worker.kill()
        assert stack.store.get(job_id).state is JobState.RUNNING
        other = stack.extra_worker(threads=2, **QUICK)
        try:
            job = stack.finished(job_id)
        finally:
            other.kill()
    assert_undisturbed(half_spaces, job, made.input_bytes)
    assert job.plan is not None
    assert job.plan.runtime.threads == 1
    assert job.certificate is not None
    model = job.certificate["model"]
    assert isinstance(model, dict)
    assert (model["threads"], model["rows"]) == (1, 256)
