"""What a worker compiles before it forks is all that its jobs call."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from certificates import CERTIFIERS, NOISE_LAWS, Bounds, Certifier, Decision, Noise
from registry import Registry
from tests.support.places import SHIPPED_MODELS
from worker.noise import box_muller, grouped_sums, philox
from worker.noise.discrete import kernels
from worker.queue.warm_up import warm_up
from worker.runtimes import argmax
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling import weighted_sums
from worker.sampling.sampler import SampleRequest, sample, select_class

MODELS = SHIPPED_MODELS
BATCH = 256
LOOPS = (argmax, kernels, grouped_sums, weighted_sums, box_muller, philox)


def compiled_in(*modules: ModuleType) -> dict[str, int]:
    """For each function that is compiled by itself, for how many kinds of arguments there is code."""
    return {
        f"{module.__name__}.{name}": len(value.signatures)
        for module in modules
        for name, value in vars(module).items()
        if hasattr(value, "signatures") and not name.startswith("_")
        if value.targetoptions.get("inline") != "always"  # part of its callers
    }


@pytest.fixture(scope="module", params=["mnist", "mnist-torchscript"])
def runtime(request: pytest.FixtureRequest) -> Runtime:
    return load_runtime(Registry(MODELS).get(request.param), "cpu", 1)


@pytest.mark.parametrize("noise", list(NOISE_LAWS))
@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize("bounds", list(Bounds))
def test_no_job_waits_for_a_compiler(
    runtime: Runtime, noise: Noise, certifier: Certifier, decision: Decision, bounds: Bounds
) -> None:
    warm_up()
    before = compiled_in(*LOOPS)
    assert len(before) > 10
    assert all(before.values())
    x = np.zeros((1, 28, 28), np.float32)
    target = select_class(runtime, x, 0.5, 10, 1, BATCH, noise).target
    request = SampleRequest(certifier, target, 0.5, 1, 0, 2 * BATCH - 6, BATCH, noise, bounds, decision)
    sample(runtime, x, request, lambda _: None)
    assert compiled_in(*LOOPS) == before
