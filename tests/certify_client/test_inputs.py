"""Inputs from Python: paths, bytes, NumPy arrays and pictures become what the service takes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from certify_client import CertificationClient, Parameters, UnusableFile, input_from
from certify_client.input_files import ImageFile, TensorFile
from tests.support.pictures import RAMP, encode


def test_paths_and_bytes_are_files(tmp_path: Path) -> None:
    image = encode(RAMP)
    (tmp_path / "a.png").write_bytes(image)
    for given in (tmp_path / "a.png", str(tmp_path / "a.png"), image):
        assert input_from(given) == ImageFile(image)
    numbers = io.BytesIO()
    np.save(numbers, np.array([0.5, 1.0]))
    tensor = input_from(numbers.getvalue())
    assert isinstance(tensor, TensorFile)
    assert tensor.array.tolist() == [0.5, 1.0]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_pictures_lose_nothing(mode: str) -> None:
    shape = (5, 7) if mode == "L" else (5, 7, len(mode))
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    sent = input_from(Image.fromarray(pixels, mode=None))
    assert isinstance(sent, ImageFile)
    with Image.open(io.BytesIO(sent.content)) as again:
        assert again.mode == mode
        np.testing.assert_array_equal(np.asarray(again), pixels)


def test_floats_are_the_models_own_input() -> None:
    array = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
    for given in (array, np.asfortranarray(array)):
        part = input_from(given).part()["tensor"][1]
        np.testing.assert_array_equal(np.load(io.BytesIO(part)), array)


def test_eight_bit_numbers_are_pixels() -> None:
    pixels = np.array([[[0, 51, 255], [255, 0, 102]]], np.uint8)
    sent = input_from(pixels)
    assert isinstance(sent, TensorFile)
    np.testing.assert_allclose(sent.array, [[[0.0, 1.0]], [[0.2, 0.0]], [[1.0, 0.4]]], rtol=1e-6)
    assert input_from(pixels[..., 0]).part() == input_from(pixels[..., :1]).part()


@pytest.mark.parametrize("array", [np.zeros(3, np.int64), np.zeros(3, np.uint8), np.zeros((2, 2), bool)])
def test_arrays_that_are_no_input(array: np.ndarray) -> None:
    with pytest.raises(UnusableFile, match="8-bit pixels"):
        input_from(array)


def test_things_that_are_no_input(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="int is no input"):
        input_from(3)  # type: ignore[arg-type]
    with pytest.raises(UnusableFile, match="cannot be read"):
        input_from(tmp_path / "missing.png")
    with pytest.raises(UnusableFile, match="as PNG"):
        input_from(Image.new("CMYK", (2, 2)))


def test_a_picture_and_its_file_are_the_same_job(client: CertificationClient, digit: Path) -> None:
    parameters = Parameters("mnist", n=500, seed=1)
    with Image.open(digit) as picture:
        jobs = [client.wait(client.submit(given, parameters).id) for given in (picture, digit)]
    assert jobs[0].certificate is not None
    assert jobs[0].certificate == jobs[1].certificate
