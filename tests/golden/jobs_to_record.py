"""The jobs whose certificates are recorded: all certifiers, bounds, noises and decisions, on shipped models.

Only ``record`` reads this: the tests take the requests from the recorded file.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from tests.support.places import ROOT

EXAMPLES = ROOT / "examples"
CERTIFIERS = ("first_order", "second_order", "dipole")
IMAGE_MODELS = ("mnist", "mnist-torchscript")
NOISES = ("gaussian", "discrete")


@dataclass(frozen=True, slots=True)
class Request:
    """A body to post: ``fields``, and beside them the input of that name."""

    name: str
    input: str
    fields: dict[str, Any]


def inputs() -> dict[str, dict[str, Any]]:
    """Return the inputs by name, each as the field of a body that holds it."""
    digits = {f"digit-{digit}": _image((EXAMPLES / f"digit-{digit}.png").read_bytes()) for digit in range(10)}
    return {
        **digits,
        "transparent": _image(_transparent()),
        "cross": _tensor([1, 28, 28], _cross()),
        "between": _tensor([2], [0.25, -0.5]),
        "inner arm": _tensor([2], [-0.325, 0.0]),
        "outer arm": _tensor([2], [0.0, -0.9]),
    }


def requests() -> list[Request]:
    """Return all jobs; names are unique."""
    return [*_on_images(), *_on_points(), *_sharded(), *_undecided(), *_further()]


def _on_images() -> Iterator[Request]:
    for noise in NOISES:
        for index, certifier in enumerate(CERTIFIERS):
            kind = {"certifier": certifier, "noise": noise}
            onnx = {"model": "mnist", **kind, "sigma": 0.5}
            yield from _kinds(onnx, "digit-4", 10 * index, n=3000, stop_n=20_000, stop_radius=0.5)
            torchscript = {"model": "mnist-torchscript", **kind, "sigma": 0.8}
            yield from _kinds(
                torchscript, "digit-5", 100 + 10 * index, n=3000, stop_n=20_000, stop_radius=0.65
            )


def _on_points() -> Iterator[Request]:
    for index, certifier in enumerate(CERTIFIERS):
        common = {"model": "swiss-roll", "certifier": certifier, "sigma": 0.2}
        yield from _kinds(common, "inner arm", 200 + 10 * index, n=6000, stop_n=400_000, stop_radius=0.125)


def _kinds(
    common: dict[str, Any], given: str, number: int, *, n: int, stop_n: int, stop_radius: float
) -> Iterator[Request]:
    """Make the requests for a model, a certifier and a noise: bounds, decisions, and a stop radius."""
    of = " ".join(common[key] for key in ("model", "certifier", "noise") if key in common)
    yield Request(f"{of} tight", given, {**common, "bounds": "tight", "n": n, "seed": number})
    yield Request(f"{of} paper", given, {**common, "bounds": "paper", "n": n, "seed": number + 1})
    if common["certifier"] != "dipole":
        fields = {**common, "decision": "multiclass", "n": n, "seed": number + 2}
        yield Request(f"{of} multiclass", given, fields)
    stop = {"radius": stop_radius}
    yield Request(f"{of} stop", given, {**common, "n": stop_n, "stop": stop, "seed": number + 3})


def _sharded() -> Iterator[Request]:
    """Make jobs of many blocks, which the workers cut into shards."""
    for index, certifier in enumerate(CERTIFIERS):
        fields = {"certifier": certifier, "n": 20_000, "sigma": 0.5, "seed": 300 + index}
        yield Request(f"mnist {certifier} sharded", "digit-4", {"model": "mnist", **fields})
        fields |= {"bounds": "paper", "noise": "discrete", "sigma": 1.0, "seed": 310 + index}
        model = {"model": "mnist-torchscript"}
        yield Request(f"mnist-torchscript {certifier} paper discrete sharded", "digit-0", {**model, **fields})
        point = {"model": "swiss-roll", "certifier": certifier, "n": 40_000, "seed": 320 + index}
        yield Request(f"swiss-roll {certifier} sharded", "outer arm", point)
        yield Request(
            f"swiss-roll {certifier} paper sharded", "outer arm", {**point, "bounds": "paper", "sigma": 0.1}
        )


def _undecided() -> Iterator[Request]:
    """Make jobs whose samples single out no class, or hardly one."""
    for index, certifier in enumerate(CERTIFIERS):
        for noise in NOISES:
            fields = {"certifier": certifier, "noise": noise, "sigma": 0.6, "n": 2000, "seed": 400 + index}
            yield Request(f"mnist {certifier} {noise} abstains", "digit-6", {"model": "mnist", **fields})
        point = {"model": "swiss-roll", "certifier": certifier, "sigma": 0.14, "n": 2000, "seed": 410 + index}
        yield Request(f"swiss-roll {certifier} barely certified", "between", point)


def _further() -> Iterator[Request]:
    """Make jobs that differ from the rest in one field, or in their input."""
    mnist = {"model": "mnist", "n": 2000}
    yield Request("defaults", "digit-7", {**mnist, "seed": 500})
    pairs = {**mnist, "certifier": "dipole"}
    yield Request("seed as text", "digit-7", {**pairs, "seed": str(2**63 - 1)})
    first = {**mnist, "certifier": "first_order"}
    yield Request(
        "odd n, other n0 and eta", "digit-8", {**first, "n": 2001, "n0": 37, "eta": 1e-6, "seed": 501}
    )
    yield Request("two samples", "digit-8", {**pairs, "n": 2, "seed": 502})
    yield Request("stop radius not reached", "digit-9", {**pairs, "stop": {"radius": 5.0}, "seed": 503})
    yield Request(
        "no majority, yet most votes",
        "digit-4",
        {**first, "sigma": 0.8, "decision": "multiclass", "seed": 504},
    )
    yield Request("converted image", "transparent", {**pairs, "seed": 505})
    yield Request("tensor of pixels", "cross", {**pairs, "noise": "discrete", "seed": 506})
    torchscript = {
        **mnist,
        "model": "mnist-torchscript",
        "certifier": "second_order",
        "decision": "multiclass",
    }
    yield Request(
        "multiclass of many samples", "digit-2", {**torchscript, "n": 20_000, "sigma": 0.5, "seed": 507}
    )


def _image(content: bytes) -> dict[str, Any]:
    return {"image": base64.b64encode(content).decode()}


def _tensor(shape: list[int], data: list[float]) -> dict[str, Any]:
    return {"tensor": {"shape": shape, "data": data}}


def _transparent() -> bytes:
    """Return a wide, coloured, half-transparent drawing of a one, as a PNG file."""
    pixels = np.zeros((60, 84, 4), np.uint8)
    pixels[:, :, :3] = np.arange(84)[None, :, None]
    pixels[:, :, 3] = 255
    pixels[8:52, 38:46] = (250, 240, 230, 200)
    with io.BytesIO() as file:
        Image.fromarray(pixels, "RGBA").save(file, "PNG")
        return file.getvalue()


def _cross() -> list[float]:
    """Return the pixels of an upright cross: whole numbers, so that the file stays small."""
    pixels = np.zeros((28, 28), np.int64)
    pixels[5:23, 13:15] = 1
    pixels[13:15, 6:22] = 1
    return [int(value) for value in pixels.ravel()]
