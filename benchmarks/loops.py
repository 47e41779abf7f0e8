"""Contenders (d), a plain PyTorch loop as in published randomized-smoothing scripts, and (e), ART's."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.networks import eager
from benchmarks.setup import Contender, Setup
from certificates import EvidenceKind
from jobs.plan import Device
from registry import ModelManifest

LOOP_BATCH = 1000
"""Batch size of the published randomized-smoothing scripts."""
LOOP_ELEMENTS: dict[Device, int] = {"cpu": 2**24, "cuda": 2**28}
"""If such a batch has more input elements, a tenth of its rows is used. A choice; it bounds the memory."""
CHECKED = 1e-3
"""Largest difference allowed between an eager module's scores and the ONNX file's, relative to their size."""


def loop(setup: Setup, manifest: ModelManifest, x: NDArray[np.float32]) -> Contender:
    """Return the plain PyTorch loop: eager module, batches of 1000, votes counted on the host."""
    module = _checked_eager(manifest, x).to(setup.device)
    image = torch.from_numpy(x).to(setup.device)
    batch = _batch(manifest, setup.device)
    step = {
        EvidenceKind.VOTES: _votes,
        EvidenceKind.VOTES_AND_GRADIENT: _votes_and_gradient,
        EvidenceKind.PAIRS: _pairs,
    }[setup.certifier.evidence]

    def draw(n: int) -> int:
        batches = -(-n // batch)
        counts = np.zeros(len(manifest.labels) + 3)
        with torch.no_grad():
            for _ in range(batches):
                step(module, image.repeat((batch, *(1 for _ in image.shape))), setup.sigma, counts)
        return batches * batch

    return Contender(draw=draw, batch=batch, least=batch)


def art(setup: Setup, manifest: ModelManifest, x: NDArray[np.float32]) -> Contender:
    """Return ART's ``PyTorchRandomizedSmoothing.certify`` as a contender (first order only)."""
    from art.estimators.certification.randomized_smoothing import (  # noqa: PLC0415 - optional package
        PyTorchRandomizedSmoothing,
    )

    classifier = PyTorchRandomizedSmoothing(
        model=_checked_eager(manifest, x),
        loss=nn.CrossEntropyLoss(),
        input_shape=manifest.input.shape,
        nb_classes=len(manifest.labels),
        device_type="cpu" if setup.device == "cpu" else "gpu",
        sample_size=2,
        scale=setup.sigma,
        alpha=0.001,
    )
    batch = _batch(manifest, setup.device)

    def draw(n: int) -> int:
        classifier.certify(x[None], n=n, batch_size=batch)
        return n + 2

    return Contender(draw=draw, batch=batch, least=batch)


def _batch(manifest: ModelManifest, device: Device) -> int:
    return LOOP_BATCH if LOOP_BATCH * manifest.d <= LOOP_ELEMENTS[device] else LOOP_BATCH // 10


def _votes(module: nn.Module, copies: torch.Tensor, sigma: float, counts: NDArray[np.float64]) -> None:
    noise = torch.randn_like(copies) * sigma
    votes = module(copies + noise).argmax(1).cpu().numpy()
    for vote in votes:
        counts[vote] += 1


def _votes_and_gradient(
    module: nn.Module, copies: torch.Tensor, sigma: float, counts: NDArray[np.float64]
) -> None:
    """Add votes, and the inner products of the noise of paired samples that both hit class 0."""
    noise = torch.randn_like(copies) * sigma
    votes = module(copies + noise).argmax(1).cpu().numpy()
    for vote in votes:
        counts[vote] += 1
    hit = votes == 0
    half = len(votes) // 2
    products = (noise[:half] * noise[half:]).flatten(1).sum(1).cpu().numpy()
    counts[-1] += products[hit[:half] & hit[half:]].sum()


def _pairs(module: nn.Module, copies: torch.Tensor, sigma: float, counts: NDArray[np.float64]) -> None:
    """Add votes of class 0 at both sides of half as many draws."""
    half = len(copies) // 2
    noise = torch.randn_like(copies[:half]) * sigma
    plus = module(copies[:half] + noise).argmax(1).cpu().numpy() == 0
    minus = module(copies[half:] - noise).argmax(1).cpu().numpy() == 0
    counts[-3:] += ((plus & minus).sum(), (plus & ~minus).sum(), (~plus & minus).sum())


def _checked_eager(manifest: ModelManifest, x: NDArray[np.float32]) -> nn.Module:
    """Return the eager module. Raises ValueError if its scores do not agree with the ONNX file's."""
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
