"""A plan is carried out as it was made: with its rows and threads, by its noise, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from certificates import NOISE_LAWS, Noise, Weights
from jobs.job_errors import PermanentFailure
from jobs.plan import Plan, RuntimeIdentity
from jobs.spec import JobSpec
from registry import Registry
from scripts.export import Value
from tests.support.fleets import here
from tests.support.model_folders import TENSOR, write_folder
from tests.support.script_models import AboveLimit, script
from tests.support.specs import submission
from tests.support.toy_runtimes import onnx_linear
from worker.loading import ModelCache
from worker.runtimes.runtime_loading import load_runtime

WEIGHTS = np.array([[-1, 1], [0, 0], [0, 0]], dtype=np.float32)


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    """Leave the process's threads as they were."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def models(root: Path, fields: dict[str, Value] | None = None) -> tuple[Registry, JobSpec]:
    """Write a model; return the registry and a job for it."""
    write_folder(root, "toy", onnx_linear(WEIGHTS, [0.0, 0.0]), fields=fields, input_table=TENSOR)
    registry = Registry(root)
    made = submission(np.zeros(3, np.float32), model="toy", model_sha256=registry.get("toy").sha256)
    return registry, scaled(made.spec, -1.0, 1.0)


def scaled(spec: JobSpec, low: float, high: float) -> JobSpec:
    return spec.model_copy(update={"input": spec.input.model_copy(update={"low": low, "high": high})})


def plan(registry: Registry, runtime: RuntimeIdentity) -> Plan:
    return Plan(
        target=1,
        label="yes",
        manifest_sha256=registry.get("toy").fingerprint,
        batch=8192,
        blocks=1,
        shard_blocks=1,
        weights=Weights.SCORES,
        runtime=runtime,
        fleet=here(),
    )


def test_a_plan_is_carried_out_with_its_own_rows_and_threads(tmp_path: Path) -> None:
    registry, spec = models(tmp_path)
    made = ModelCache(registry, "cpu", 2).for_spec(spec).identity(Noise.GAUSSIAN)
    assert (made.rows, made.threads) == (1024, 2)
    here = ModelCache(registry, "cpu", 1)
    assert here.for_spec(spec).runtime.computation.threads == 1
    asked = made.model_copy(update={"rows": 64})
    loaded = here.for_plan(spec, plan(registry, asked))
    assert loaded.identity(Noise.GAUSSIAN) == asked
    assert loaded.runtime.rows == 64
    assert here.for_spec(spec).runtime.rows == 1024


def test_each_script_computes_with_its_own_threads(tmp_path: Path) -> None:
    """PyTorch's number of threads belongs to the process, and two models may differ in it."""
    manifest = script(tmp_path, AboveLimit(), {})
    one, two = (load_runtime(manifest, "cpu", threads) for threads in (1, 2))
    for runtime, threads in ((one, 1), (two, 2), (one, 1)):
        runtime.votes(np.zeros((2, 3), np.float32))
        assert torch.get_num_threads() == threads == runtime.computation.threads


GENERATORS = {"gaussian": "philox4x32-10/box-muller/float32", "discrete": "philox4x32-10/thresholds/int16"}


@pytest.mark.parametrize("noise", list(NOISE_LAWS))
def test_the_identity_names_the_generator_of_the_noise(tmp_path: Path, noise: Noise) -> None:
    registry, spec = models(tmp_path)
    spec = spec.model_copy(update={"noise": noise})
    cache = ModelCache(registry, "cpu", 1)
    made = cache.for_spec(spec).identity(noise)
    assert made.noise == GENERATORS[noise.name]
    assert cache.for_plan(spec, plan(registry, made)).identity(noise) == made


@pytest.mark.parametrize(
    "other",
    [
        {"noise": "another generator"},
        {"version": "0.0.0"},
        {"precision": "float16"},
        {"memory_format": "channels_last"},
    ],
)
def test_what_cannot_be_matched_is_refused(tmp_path: Path, other: dict[str, str]) -> None:
    registry, spec = models(tmp_path)
    cache = ModelCache(registry, "cpu", 1)
    asked = cache.for_spec(spec).identity(Noise.GAUSSIAN).model_copy(update=other)
    with pytest.raises(PermanentFailure, match="one fixed classifier") as caught:
        cache.for_plan(spec, plan(registry, asked))
    assert next(iter(other.values())) in caught.value.detail


def test_a_plan_for_another_manifest_is_refused(tmp_path: Path) -> None:
    registry, spec = models(tmp_path)
    cache = ModelCache(registry, "cpu", 1)
    made = plan(registry, cache.for_spec(spec).identity(Noise.GAUSSIAN))
    with pytest.raises(PermanentFailure, match="begun with manifest 0000"):
        cache.for_plan(spec, made.model_copy(update={"manifest_sha256": "0" * 64}))


def test_a_manifest_can_fix_the_threads(tmp_path: Path) -> None:
    registry, spec = models(tmp_path, {"threads": 2})
    assert ModelCache(registry, "cpu", 1).for_spec(spec).runtime.computation.threads == 2


def test_noise_of_another_grid_than_the_claim_states_is_not_drawn(tmp_path: Path) -> None:
    """The scale in model.toml was another when the job was accepted: from -1 to 2, and not to 1."""
    registry, spec = models(tmp_path)
    cache = ModelCache(registry, "cpu", 1)
    discrete = spec.model_copy(update={"noise": Noise.DISCRETE})
    cache.for_spec(discrete)
    with pytest.raises(PermanentFailure, match="submit the job again") as caught:
        cache.for_spec(scaled(discrete, -1.0, 2.0))
    assert caught.value.failure_type == "model_changed"
    cache.for_spec(scaled(spec, -1.0, 2.0))
