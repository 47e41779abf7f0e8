"""The ways of counting votes that are compared. Each is built once and then asked for samples."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.networks import eager
from certificates import Certifier
from models import ModelManifest, Registry
from worker.batch import batch_size_for
from worker.runtimes import load_runtime
from worker.sampler import SampleRequest, sample, select_class

SEED = 2020
READY_BATCHES = 4
SEARCH_ROUNDS = 3
SEARCH_SECONDS = 0.1
LARGEST_BATCH = 1024
LARGEST_BATCH_ELEMENTS = 2**22
LOOP_BATCH = 1000
"""Batch of the published randomized-smoothing scripts."""
LOOP_ELEMENTS = 2**24
"""Most input elements of such a batch on a CPU: past it a tenth of the batch is used."""
CHECKED = 1e-3
"""Largest difference of scores allowed between an eager module and the ONNX file, relative to their size."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a contender measures: made by the parent, handed over as JSON."""

    contender: str
    models: Path
    model: str
    certifier: Certifier
    sigma: float
    threads: int
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Contender:
    """``draw(n)`` evaluates the classifier on at least ``n`` noisy copies and returns how many it did."""

    draw: Callable[[int], int]
    batch: int
    least: int = 1
    """Fewest samples that one call should be asked for."""


def build(setup: Setup) -> Contender:
    """Return the contender that ``setup`` names. Its threads are set for the whole process."""
    torch.set_num_threads(setup.threads)
    manifest = Registry(setup.models).get(setup.model)
    x = example(manifest)
    match setup.contender:
        case "limit":
            return _limit(setup, manifest, x)
        case "sampler":
            return _sampler(setup, manifest, x)
        case "loop" | "loop-malloc":
            return _loop(setup, manifest, x)
        case "art":
            return _art(setup, manifest, x)
        case other:
            raise ValueError(f"no contender is called {other!r}")


def example(manifest: ModelManifest) -> NDArray[np.float32]:
    """Return an input in the middle of the model's scale with a bright bar down its middle."""
    spec = manifest.input
    x = np.full(spec.shape, spec.low, dtype=np.float32)
    middle, width = spec.shape[-1] // 2, max(1, spec.shape[-1] // 12)
    x[..., spec.shape[-2] // 6 : -(spec.shape[-2] // 6), middle - width : middle + width] = spec.high
    return x


def _limit(setup: Setup, manifest: ModelManifest, x: NDArray[np.float32]) -> Contender:
    """ONNX Runtime's forward pass over ready-made noisy batches, everything bound beforehand."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = setup.threads
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(manifest.weights, options, providers=["CPUExecutionProvider"])
    largest = max(2, min(LARGEST_BATCH, LARGEST_BATCH_ELEMENTS // manifest.d))
    sizes = [2**power for power in range(1, largest.bit_length())] if setup.batch is None else [setup.batch]
    forward = {size: _forward(session, manifest, x, setup.sigma, size) for size in sizes}
    rates = dict.fromkeys(sizes, 0.0)
    for _ in range(SEARCH_ROUNDS):  # in turns, as the machine's load may change
        rates = {size: max(rate, _rate(forward[size], size)) for size, rate in rates.items()}
    best = max(rates, key=rates.__getitem__)
    return Contender(draw=forward[best], batch=best)


def _forward(
    session: ort.InferenceSession, manifest: ModelManifest, x: NDArray[np.float32], sigma: float, size: int
) -> Callable[[int], int]:
    rng = np.random.default_rng(SEED)
    bindings = []
    for _ in range(READY_BATCHES):
        noise = rng.standard_normal((size, *manifest.input.shape), dtype=np.float32)
        binding = session.io_binding()
        binding.bind_ortvalue_input(
            session.get_inputs()[0].name, ort.OrtValue.ortvalue_from_numpy(x + np.float32(sigma) * noise)
        )
        scores = np.empty((size, len(manifest.labels)), dtype=np.float32)
        binding.bind_ortvalue_output(session.get_outputs()[0].name, ort.OrtValue.ortvalue_from_numpy(scores))
        bindings.append(binding)

    def draw(n: int) -> int:
        passes = -(-n // size)
        for index in range(passes):
            session.run_with_iobinding(bindings[index % READY_BATCHES])
        return passes * size

    return draw


def _rate(draw: Callable[[int], int], size: int) -> float:
    """Return the samples a second at a batch size: the best of a few short runs."""
    draw(size)
    best, end = 0.0, time.perf_counter() + SEARCH_SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        best = max(best, draw(max(size, 64)) / (time.perf_counter() - start))
    return best


def _sampler(setup: Setup, manifest: ModelManifest, x: NDArray[np.float32]) -> Contender:
    if setup.batch is not None:
        manifest = manifest.model_copy(update={"batch_size": setup.batch})
    runtime = load_runtime(manifest, "cpu", setup.threads)
    batch = batch_size_for(manifest, "cpu")
    target = select_class(runtime, x, setup.sigma, 100, SEED, batch)
    first = 0

    def draw(n: int) -> int:
        nonlocal first
        blocks = -(-n // batch)
        request = SampleRequest(
            certifier=setup.certifier,
            target=target,
            sigma=setup.sigma,
            seed=SEED,
            first_block=first,
            n=blocks * batch,
            batch=batch,
        )
        first += blocks
        return sample(runtime, x, request, lambda _: None).n

    return Contender(draw=draw, batch=runtime.rows or batch)


def _loop(setup: Setup, manifest: ModelManifest, x: NDArray[np.float32]) -> Contender:
    """Return the plain PyTorch loop: eager module, batches of 1000, votes counted on the host."""
    module = _checked_eager(manifest, x)
    image = torch.from_numpy(x)
    batch = _loop_batch(manifest)
    step = {
        Certifier.FIRST_ORDER: _loop_first_order,
        Certifier.SECOND_ORDER: _loop_second_order,
        Certifier.DIPOLE: _loop_dipole,
    }[setup.certifier]

    def draw(n: int) -> int:
        batches = -(-n // batch)
        counts = np.zeros(len(manifest.labels) + 3)
        with torch.no_grad():
            for _ in range(batches):
                step(module, image.repeat((batch, *(1 for _ in image.shape))), setup.sigma, counts)
        return batches * batch

    return Contender(draw=draw, batch=batch, least=batch)


def _loop_batch(manifest: ModelManifest) -> int:
    return LOOP_BATCH if LOOP_BATCH * manifest.d <= LOOP_ELEMENTS else LOOP_BATCH // 10


def _loop_first_order(
    module: nn.Module, copies: torch.Tensor, sigma: float, counts: NDArray[np.float64]
) -> None:
    noise = torch.randn_like(copies) * sigma
    votes = module(copies + noise).argmax(1).numpy()
    for vote in votes:
        counts[vote] += 1


def _loop_second_order(
    module: nn.Module, copies: torch.Tensor, sigma: float, counts: NDArray[np.float64]
) -> None:
    """Votes, and the products of the noise of paired samples that both hit class 0."""
    noise = torch.randn_like(copies) * sigma
    votes = module(copies + noise).argmax(1).numpy()
    for vote in votes:
        counts[vote] += 1
    hit = votes == 0
    half = len(votes) // 2
    products = (noise[:half] * noise[half:]).flatten(1).sum(1).numpy()
    counts[-1] += products[hit[:half] & hit[half:]].sum()


def _loop_dipole(module: nn.Module, copies: torch.Tensor, sigma: float, counts: NDArray[np.float64]) -> None:
    """Votes of class 0 at both sides of half as many draws."""
    half = len(copies) // 2
    noise = torch.randn_like(copies[:half]) * sigma
    plus = module(copies[:half] + noise).argmax(1).numpy() == 0
    minus = module(copies[half:] - noise).argmax(1).numpy() == 0
    counts[-3:] += ((plus & minus).sum(), (plus & ~minus).sum(), (~plus & minus).sum())


def _art(setup: Setup, manifest: ModelManifest, x: NDArray[np.float32]) -> Contender:
    """``PyTorchRandomizedSmoothing.certify`` of the Adversarial Robustness Toolbox (first order only)."""
    from art.estimators.certification.randomized_smoothing import (  # noqa: PLC0415 - optional package
        PyTorchRandomizedSmoothing,
    )

    classifier = PyTorchRandomizedSmoothing(
        model=_checked_eager(manifest, x),
        loss=nn.CrossEntropyLoss(),
        input_shape=manifest.input.shape,
        nb_classes=len(manifest.labels),
        device_type="cpu",
        sample_size=2,
        scale=setup.sigma,
        alpha=0.001,
    )
    batch = _loop_batch(manifest)

    def draw(n: int) -> int:
        classifier.certify(x[None], n=n, batch_size=batch)
        return n + 2

    return Contender(draw=draw, batch=batch, least=batch)


def _checked_eager(manifest: ModelManifest, x: NDArray[np.float32]) -> nn.Module:
    """Return the eager module once its scores agree with the ONNX file's."""
    module = eager(manifest)
    session = ort.InferenceSession(manifest.weights, providers=["CPUExecutionProvider"])
    expected = session.run(None, {session.get_inputs()[0].name: _normalised(manifest, x[None])})[0]
    with torch.no_grad():
        scores = module(torch.from_numpy(x[None])).numpy()
    if np.abs(scores - expected).max() > CHECKED * np.abs(expected).max():
        raise ValueError(f"the eager form of {manifest.name} does not compute what its ONNX file computes")
    return module


def _normalised(manifest: ModelManifest, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    norm = manifest.normalisation
    if norm is None:
        return batch
    shape = (-1, *(1 for _ in manifest.input.shape[1:]))
    mean = np.array(norm.mean, dtype=np.float32).reshape(shape)
    return np.asarray((batch - mean) / np.array(norm.std, dtype=np.float32).reshape(shape), dtype=np.float32)
