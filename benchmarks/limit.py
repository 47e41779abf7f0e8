"""Contender (a), the limit: ONNX Runtime's forward pass on ready noisy batches, bound beforehand."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from benchmarks.setup import SEED, Contender, Setup
from jobs.plan import Device
from registry import ModelManifest
from worker.runtimes.onnx_sessions import PROVIDERS

READY_BATCHES = 4
SEARCH_ROUNDS = 3
SEARCH_SECONDS = 0.1
LARGEST_BATCH = 1024
LARGEST_BATCH_ELEMENTS: dict[Device, int] = {"cpu": 2**22, "cuda": 2**26}


def limit(setup: Setup, manifest: ModelManifest, x: NDArray[np.float32]) -> Contender:
    """Return the forward pass at the given batch size, or at the fastest one that a search finds."""
    session = _session(setup, manifest)
    largest = max(2, min(LARGEST_BATCH, LARGEST_BATCH_ELEMENTS[setup.device] // manifest.d))
    sizes = [2**power for power in range(1, largest.bit_length())] if setup.batch is None else [setup.batch]
    rates = dict.fromkeys(sizes, 0.0)
    for _ in range(SEARCH_ROUNDS):  # in turns, as the machine's load may change
        for size in sizes:
            rates[size] = max(rates[size], _rate(_forward(session, manifest, x, setup, size), size))
    best = max(rates, key=rates.__getitem__)
    return Contender(draw=_forward(session, manifest, x, setup, best), batch=best)


def _session(setup: Setup, manifest: ModelManifest) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = setup.threads
    options.inter_op_num_threads = 1
    if setup.device == "cpu":
        return ort.InferenceSession(manifest.weights, options, providers=[PROVIDERS["cpu"]])
    ort.preload_dlls()
    # The same precision as the sampler's runtime, and the fastest algorithms.
    own = {"use_tf32": "0", "cudnn_conv_algo_search": "EXHAUSTIVE"}
    return ort.InferenceSession(manifest.weights, options, providers=[(PROVIDERS["cuda"], own)])


def _forward(
    session: ort.InferenceSession, manifest: ModelManifest, x: NDArray[np.float32], setup: Setup, size: int
) -> Callable[[int], int]:
    rng = np.random.default_rng(SEED)
    bindings = []
    for _ in range(READY_BATCHES):
        noise = rng.standard_normal((size, *manifest.input.shape), dtype=np.float32)
        noisy = x + np.float32(setup.sigma) * noise
        scores = np.empty((size, len(manifest.labels)), dtype=np.float32)
        binding = session.io_binding()
        binding.bind_ortvalue_input(session.get_inputs()[0].name, _placed(noisy, setup.device))
        binding.bind_ortvalue_output(session.get_outputs()[0].name, _placed(scores, setup.device))
        bindings.append(binding)

    def draw(n: int) -> int:
        passes = -(-n // size)
        for index in range(passes):
            session.run_with_iobinding(bindings[index % READY_BATCHES])
        return passes * size

    return draw


def _placed(array: NDArray[np.float32], device: Device) -> ort.OrtValue:
    return ort.OrtValue.ortvalue_from_numpy(array, device, 0)


def _rate(draw: Callable[[int], int], size: int) -> float:
    """Return the samples a second at a batch size: the best of a few short runs."""
    draw(size)
    best, end = 0.0, time.perf_counter() + SEARCH_SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        best = max(best, draw(max(size, 64)) / (time.perf_counter() - start))
    return best
