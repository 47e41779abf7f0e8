"""The models that come with the project: whole, right on real inputs, and the same in both formats."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from certificates import CERTIFIERS, FIRST_ORDER, Certifier, Noise, certify
from registry import Registry
from scripts.build_swiss_roll import POINTS, spirals
from scripts.measure_mnist import reduced
from tests.support.draws import unit_noise
from tests.support.places import ROOT, SHIPPED_MODELS
from worker.fixed_function.reference import Reference
from worker.fixed_function.trial_times import turns_of
from worker.runtimes.pass_rows import pass_rows_for
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.sampler import SampleRequest, sample, select_class

SMALL = [
    f"mnist-{reduction}-sigma{sigma}" for reduction in ("7x7", "10pc") for sigma in ("0.12", "0.25", "0.5")
]
OF_DIGITS = ["mnist", "mnist-torchscript", "mnist-plain", "mnist-denoised", *SMALL]
SHIPPED = [*OF_DIGITS, "swiss-roll"]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry(SHIPPED_MODELS)


def load(registry: Registry, name: str) -> Runtime:
    return load_runtime(registry.get(name), "cpu", 1)


def digit(label: int) -> NDArray[np.float32]:
    """A held-out digit in the model's input space."""
    with Image.open(ROOT / "examples" / f"digit-{label}.png") as image:
        return (np.asarray(image, dtype=np.float32) / np.float32(255))[np.newaxis]


def test_shipped_models_are_usable(registry: Registry) -> None:
    assert set(SHIPPED) == set(registry.names()) - {"efficientnet-lite0"}  # that one is made on request
    assert registry.problems() == {}
    for name in SHIPPED:
        assert registry.get(name).weights.stat().st_size < 300_000


@pytest.mark.parametrize("name", OF_DIGITS)
def test_a_model_is_one_function_and_certifies_a_digit(registry: Registry, name: str) -> None:
    manifest = registry.get(name)
    rows = pass_rows_for(manifest, "cpu")
    reference = Reference(manifest, load(registry, name), rows)
    x = reduced(manifest, torch.from_numpy(digit(0))[None])[0].numpy()
    sigma = manifest.trained_sigma or 0.12
    request = SampleRequest(FIRST_ORDER, 0, sigma, 1, 0, 10 * rows, rows)
    counted = sample(reference.runtime, x, request, lambda _: None)
    assert certify(FIRST_ORDER, counted, sigma=sigma, eta=0.001).radius > 0
    reference.check(x, sigma, 1, Noise.GAUSSIAN, turns_of(10 * rows, rows))


def test_onnx_and_torchscript_give_the_same_votes(registry: Registry) -> None:
    onnx, script = load(registry, "mnist"), load(registry, "mnist-torchscript")
    for label in range(10):
        noise = unit_noise((512, 1, 28, 28), seed=label, stream=1, block=0)
        batch = digit(label) + np.float32(0.5) * noise
        np.testing.assert_array_equal(onnx.votes(batch), script.votes(batch))


@pytest.mark.parametrize("name", ["mnist", "mnist-torchscript"])
def test_held_out_digits_keep_their_class_under_the_trained_noise(registry: Registry, name: str) -> None:
    runtime = load(registry, name)
    chosen = [
        select_class(runtime, digit(label), 0.25, n0=512, seed=1, batch=512).target for label in range(10)
    ]
    assert chosen == list(range(10))


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_both_formats_count_the_same(registry: Registry, certifier: Certifier) -> None:
    request = SampleRequest(certifier, 7, 0.5, 1, 0, 1000, 256)
    counted = [
        sample(load(registry, name), digit(7), request, lambda _: None)
        for name in ("mnist", "mnist-torchscript")
    ]
    assert counted[0] == counted[1]


def test_the_swiss_roll_keeps_most_points_under_noise(registry: Registry) -> None:
    runtime = load(registry, "swiss-roll")
    inputs, labels = spirals(POINTS, torch.Generator().manual_seed(99))
    noise = unit_noise(tuple(inputs.shape), seed=1, stream=1, block=0)
    right = runtime.votes(inputs.numpy() + np.float32(0.05) * noise) == labels.numpy()
    assert right.mean() > 0.95
