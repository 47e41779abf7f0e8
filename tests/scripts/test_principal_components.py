"""Digits are reduced as the gateway reduces them, and a radius of the reduced digit holds for the digit."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from registry import Registry
from scripts.principal_components import FILE, Components, averaged, main
from service.certification.images import decode_image
from tests.support.places import ROOT, SHIPPED_MODELS

NAMES = [f"mnist-10pc-sigma{sigma}" for sigma in ("0.12", "0.25", "0.5")]
A_LEVEL = 1 / 255  # Pillow rounds to 8 bits after each of two directions


def components(name: str) -> Components:
    return Components.read(SHIPPED_MODELS / name / FILE)


def pixels(file: Path, model: str) -> torch.Tensor:
    """A picture as the gateway gives it to a model, with a first axis of one."""
    spec = Registry(SHIPPED_MODELS).get(model).input
    return torch.from_numpy(decode_image(file.read_bytes(), spec, 10_000).array)[None]


@pytest.mark.parametrize("digit", range(10))
def test_the_gateway_averages_blocks_of_four_by_four_pixels(digit: int) -> None:
    file = ROOT / "examples" / f"digit-{digit}.png"
    sent = pixels(file, "mnist-7x7-sigma0.25")
    assert sent.shape == (1, 1, 7, 7)
    torch.testing.assert_close(sent, averaged(pixels(file, "mnist")), rtol=0, atol=A_LEVEL + 1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_directions_are_orthonormal(name: str) -> None:
    directions = components(name).directions.double()
    torch.testing.assert_close(directions @ directions.T, torch.eye(10).double(), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_lies_in_the_input_space(name: str) -> None:
    found, spec = components(name), Registry(SHIPPED_MODELS).get(name).input
    extremes = torch.cat((found.directions > 0, found.directions < 0)).float().reshape(20, 1, 7, 7)
    values = found.of(extremes)
    assert spec.low <= values.min()
    assert values.max() <= spec.high


def test_fitting_finds_the_directions_of_most_variance() -> None:
    scales = torch.arange(49, 0, -1.0)
    rows = torch.randn(4000, 49, generator=torch.Generator().manual_seed(1)) * scales
    found = Components.fitted(rows.reshape(-1, 1, 7, 7))
    variances = found.of(rows.reshape(-1, 1, 7, 7)).var(dim=0)
    assert (variances.diff() < 0).all()
    torch.testing.assert_close(variances, (scales**2)[:10], rtol=0.15, atol=0)


def test_the_command_writes_a_tensor_of_ten_components(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, image = tmp_path / "zero.npy", ROOT / "examples" / "digit-0.png"
    monkeypatch.setattr(sys, "argv", ["principal_components", str(image), str(target)])
    main()
    expected = components("mnist-10pc-sigma0.25").of(averaged(pixels(image, "mnist")))[0]
    np.testing.assert_allclose(np.load(target), expected, atol=1e-6)
