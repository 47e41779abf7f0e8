"""On an NVIDIA GPU: the same classifier, noise drawn on the device, equal counts from equal seeds."""

from __future__ import annotations

from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats

from certificates import CERTIFIERS, SECOND_ORDER, Bounds, Certifier, Noise
from certificates.counts.evidence import Evidence
from registry import Registry
from tests.support.linear_models import model
from tests.support.places import SHIPPED_MODELS
from tests.support.script_models import AboveLimit, script
from worker.noise.sources import noise_source
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.block_size import block_size_for
from worker.sampling.sampler import SampleRequest, sample

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU and CUDA builds"),
]
SHIPPED = SHIPPED_MODELS
names = pytest.mark.parametrize("name", ["mnist", "mnist-torchscript"])


def test_noise_on_the_device_is_standard_normal_and_reproducible() -> None:
    def drawn(block: int) -> torch.Tensor:
        x = np.zeros(1, np.float32)
        source = noise_source(x, "cuda", 1_000_000, 1.0, 1, 1, Noise.GAUSSIAN)
        inputs = torch.empty((1_000_000, 1), device="cuda")
        source.begin(inputs, block)(0)
        return inputs.flatten()

    first, again, other = drawn(0), drawn(0), drawn(1)
    assert torch.equal(first, again)
    assert stats.kstest(first.cpu().numpy(), "norm").pvalue > 1e-4
    both = torch.stack((first, other)).double()
    assert abs(float(torch.corrcoef(both)[0, 1])) < 5e-3


@names
def test_the_gpu_is_really_used_and_votes_like_the_cpu(name: str) -> None:
    manifest = Registry(SHIPPED).get(name)
    gpu, cpu = load_runtime(manifest, "cuda", 1), load_runtime(manifest, "cpu", 1)
    assert gpu.computation.provider == {"mnist": "CUDAExecutionProvider", "mnist-torchscript": "cuda"}[name]
    batch = torch.rand(8192, 1, 28, 28)
    votes = gpu.votes(batch.cuda())
    assert votes.device.type == "cuda"
    # The largest scores may tie within rounding, which differs between the devices.
    assert (votes.cpu().numpy() == cpu.votes(batch.numpy())).mean() > 0.999


@names
def test_votes_see_the_batch_that_was_just_written(name: str) -> None:
    runtime = load_runtime(Registry(SHIPPED).get(name), "cuda", 1)
    batches = torch.rand(20, 4096, 1, 28, 28, device="cuda")
    apart = [runtime.votes(batch.clone()).cpu() for batch in batches]
    buffer = torch.empty_like(batches[0])
    together = []
    for batch in batches:
        torch.mul(batch, 1.0, out=buffer)
        together.append(runtime.votes(buffer))
        buffer.zero_()
    assert all(torch.equal(a, b.cpu()) for a, b in zip(apart, together, strict=True))


@names
@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_shards_on_the_gpu_add_to_the_whole(name: str, certifier: Certifier) -> None:
    manifest = Registry(SHIPPED).get(name)
    runtime, batch = load_runtime(manifest, "cuda", 1), block_size_for(manifest, "cuda")
    x = np.full((1, 28, 28), 0.5, dtype=np.float32)

    def run(first: int, n: int) -> Evidence:
        return sample(runtime, x, SampleRequest(certifier, 3, 0.5, 1, first, n, batch), lambda _: None)

    shards = [run(first, min(2, 5 - first) * batch) for first in (4, 0, 2)]
    assert reduce(add, shards) == run(0, 5 * batch)


@pytest.mark.parametrize("runtime", ["onnx", "torchscript"])
def test_a_half_space_on_the_gpu_has_its_known_probability(tmp_path: Path, runtime: str) -> None:
    loaded = load_runtime(model(tmp_path, runtime, fields={"batch_size": 4096}), "cuda", 1)
    x, n = np.array([0.1, 0.0, 0.0], dtype=np.float32), 200_000
    request = SampleRequest(SECOND_ORDER, 1, 0.25, 1, 0, n, 4096, bounds=Bounds.PAPER)
    evidence = sample(loaded, x, request, lambda _: None)
    assert evidence.hits is not None
    assert evidence.gradient is not None
    expected = stats.binom(n, stats.norm.cdf(0.4))
    assert expected.ppf(1e-6) <= evidence.hits.hits <= expected.isf(1e-6)
    truth = stats.norm.pdf(0.4) ** 2
    assert abs(evidence.gradient.paired_sum / (n // 2) - truth) < 5 * (3 / (n // 2)) ** 0.5


@pytest.mark.parametrize(("precision", "vote"), [("float32", 1), ("bfloat16", 0), ("float16", 0)])
def test_a_script_on_the_gpu_computes_in_the_precision_asked_for(
    tmp_path: Path, precision: str, vote: int
) -> None:
    """1.0003 is above 1.0001 in float32; in 16 bits both are 1, and ties go to the lowest class."""
    loaded = load_runtime(script(tmp_path, AboveLimit(), {"precision": precision}), "cuda", 1)
    assert loaded.votes(torch.full((4, 3), 1.0003, device="cuda")).tolist() == [vote] * 4
    assert loaded.computation.precision == f"{precision}, TF32 off"
