"""A folder of digits with known classes, and networks that want them in some form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageChops

ROOT = Path(__file__).parents[2]
COLOURS = ("red", "green", "blue")


def write_digits(folder: Path, moves: int = 1) -> Path:
    """Write each of the ten example digits, moved by up to so many pixels, into a folder of its class."""
    steps = range(-moves, moves + 1)
    for digit in range(10):
        picture = Image.open(ROOT / "examples" / f"digit-{digit}.png").convert("L")
        place = folder / str(digit)
        place.mkdir(parents=True)
        for number, (right, down) in enumerate((right, down) for right in steps for down in steps):
            ImageChops.offset(picture, right, down).save(place / f"{number}.png")
    return folder


def write_colours(folder: Path) -> Path:
    """Write twelve pictures each of mostly red, green and blue, 8x8, into folders of these names."""
    random = np.random.default_rng(0)
    for channel, name in enumerate(COLOURS):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            pixels = random.integers(0, 100, (8, 8, 3), dtype=np.uint8)
            pixels[..., channel] += 120
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def digits_in_signed_pixels() -> bytes:
    """Return the digits' network, changed to take pixels in [-1, 1]."""
    model = onnx.load(ROOT / "models" / "mnist" / "model.onnx")
    graph, name = model.graph, model.graph.input[0].name
    for node in graph.node:
        node.input[:] = ["unit" if entry == name else entry for entry in node.input]
    graph.initializer.append(numpy_helper.from_array(np.array(0.5, np.float32), "half"))
    graph.node.insert(0, helper.make_node("Mul", [name, "half"], ["halved"]))
    graph.node.insert(1, helper.make_node("Add", ["halved", "half"], ["unit"]))
    data: bytes = model.SerializeToString()
    return data


def means_of_channels(order: tuple[int, ...] = (0, 1, 2)) -> bytes:
    """Return a network whose scores are the means of the channels, in this order."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["input"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["means"]),
        helper.make_node("Gather", ["means", "order"], ["scores"], axis=1),
    ]
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 8, 8])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 3])
    table = numpy_helper.from_array(np.array(order, np.int64), "order")
    graph = helper.make_graph(nodes, "means", [entry], [scores], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    data: bytes = model.SerializeToString()
    return data
