"""A classifier that is not one fixed function gets no certificate, and its job says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from certificates import NOISE_LAWS, Noise
from certificates.noise_laws.pixel_grid import PixelGrid
from jobs.job_errors import PermanentFailure
from jobs.job_records import JobRecord, JobState
from registry.manifest import ModelManifest, load_manifest
from registry.model_folders import Registry
from scripts.export import Value
from tests.support.model_folders import write_folder
from tests.support.specs import submission
from tests.support.stack import Stack
from tests.support.toy_runtimes import Floats, Recorder, Votes
from worker.fixed_function.reference import Reference
from worker.runtimes.runtime_loading import load_runtime


def ended(stack: Stack, models_dir: Path, model: str, n: int, stop: float | None = None) -> JobRecord:
    digest = Registry(models_dir).get(model).sha256
    x = np.array([0.5, 0.25], np.float32)
    return stack.finished(stack.submit(submission(x, model=model, model_sha256=digest, n=n, stop=stop)))


def test_random_votes_are_found_at_load(stack: Stack, models_dir: Path) -> None:
    job = ended(stack, models_dir, "random", 1_000)
    assert job.failure is not None
    assert (job.state, job.failure.type) == (JobState.FAILED, "classifier_not_deterministic")
    assert "'random' is not one fixed function: at load, one batch given twice" in job.failure.detail


def test_a_function_that_changes_during_a_job_is_found_before_its_end(stack: Stack, models_dir: Path) -> None:
    job = ended(stack, models_dir, "drifts", 20_000)
    assert job.failure is not None
    assert (job.state, job.failure.type) == (JobState.FAILED, "classifier_not_deterministic")
    assert "the batch given at load, given again as the job was counted" in job.failure.detail
    assert job.certificate is None


def test_a_function_that_changes_in_a_job_that_may_stop_is_found_as_its_shards_are_counted(
    stack: Stack, models_dir: Path
) -> None:
    job = ended(stack, models_dir, "drifts", 400_000, stop=3.0)
    assert job.failure is not None
    assert (job.state, job.failure.type) == (JobState.FAILED, "classifier_not_deterministic")
    assert job.plan is not None
    assert job.plan.shards > 32
    assert job.progress.samples_done < 100_000, "found at the end alone, when all are counted"


def onnx_noisy(spread: float) -> bytes:
    """Return an ONNX file: the half-space of the first of two inputs, after noise of its own on both."""
    nodes = [
        helper.make_node("RandomNormalLike", ["input"], ["noise"], scale=spread),
        helper.make_node("Add", ["input", "noise"], ["noisy"]),
        helper.make_node("Identity", ["noisy"], ["scores"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["b", 2]) for name in ("input", "scores")]
    graph = helper.make_graph(nodes, "noisy", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def noisy_manifest(root: Path, spread: float, rows: int) -> ModelManifest:
    fields: dict[str, Value] = {"runtime": "onnx", "batch_size": rows}
    table: dict[str, Value] = {"kind": "tensor", "shape": [2], "low": -1.0, "high": 1.0}
    folder = write_folder(root, "noisy", onnx_noisy(spread), fields=fields, input_table=table)
    return load_manifest(folder)


@pytest.mark.parametrize(("spread", "rows"), [(1.0, 256), (0.05, 2), (1e-6, 2), (1e-6, 256)])
def test_an_onnx_model_that_draws_noise_is_found_at_load(tmp_path: Path, spread: float, rows: int) -> None:
    """Two rows a pass are what a model of 224 pixels gets; votes hardly ever show noise as small as this."""
    manifest = noisy_manifest(tmp_path, spread, rows)
    with pytest.raises(PermanentFailure, match=r"at load.*Likely cause: RandomNormalLike") as caught:
        Reference(manifest, load_runtime(manifest, "cpu", 1), rows)
    assert caught.value.failure_type == "classifier_not_deterministic"


@pytest.mark.parametrize("noise", list(NOISE_LAWS))
def test_the_checks_are_made_with_the_noise_of_the_job(tmp_path: Path, noise: Noise) -> None:
    model = Recorder()
    x = PixelGrid(-1.0, 1.0).values(np.array([100, 200]))
    reference = Reference(noisy_manifest(tmp_path, 1.0, 256), model, 256)
    reference.check(x, 0.25, 1, noise, range(1))
    noisy = model.batches[-1]
    on_grid = np.isin(noisy, PixelGrid(-1.0, 1.0).values(np.arange(-400, 656))).all()
    assert on_grid == (noise == Noise.DISCRETE)
    assert np.abs(noisy.mean(axis=0) - x).max() < 0.1, "the job's input, and its noise around it"


def test_every_turn_of_the_checks_is_two_passes(tmp_path: Path) -> None:
    model = Recorder()
    reference = Reference(noisy_manifest(tmp_path, 1.0, 2), model, 2)
    before = len(model.batches)
    reference.check(np.zeros(2, np.float32), 0.25, 1, Noise.GAUSSIAN, range(5))
    assert len(model.batches) - before == 2 * 5
    assert {len(batch) for batch in model.batches} == {2}


class Turned(Recorder):
    """Always class 0, until it is told to change."""

    changed = False

    def votes(self, batch: Floats) -> Votes:
        return super().votes(batch) + int(self.changed)


def test_a_trial_without_turns_takes_one_pass_and_finds_a_change(tmp_path: Path) -> None:
    model, x = Turned(), np.zeros(2, np.float32)
    reference = Reference(noisy_manifest(tmp_path, 1.0, 128), model, 128)
    before = len(model.batches)
    reference.check(x, 0.25, 1, Noise.GAUSSIAN, range(0))
    assert len(model.batches) - before == 1
    model.changed = True
    with pytest.raises(PermanentFailure, match="the batch given at load, given again as the job was counted"):
        reference.check(x, 0.25, 1, Noise.GAUSSIAN, range(0))
