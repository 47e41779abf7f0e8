"""A file with one score becomes a model of two classes, which votes for the second above the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from importing import ImportOptions
from importing.model_import import Imported, import_model
from tests.support.onnx_styles import SHAPE, Size, net, truth
from worker.runtimes.runtime_loading import load_runtime


def one_score(last: Sequence[onnx.NodeProto], name: str, shape: Sequence[Size]) -> onnx.ModelProto:
    """The first score of the small classifier, and what is made of it."""
    held = [numpy_helper.from_array(np.array(values, np.int64), key) for key, values in AXES.items()]
    first = helper.make_node("Gather", ["y", "first"], ["one"], axis=1)
    return net(last=[first, *last], outputs=[(name, shape)], more=held)


AXES: dict[str, list[int]] = {"first": [0], "axis": [1]}
STYLES = {
    "a logit (N, 1)": (one_score([], "one", ["N", 1]), 0.0),
    "a logit (N,)": (
        one_score([helper.make_node("Squeeze", ["one", "axis"], ["s"])], "s", ["N"]),
        0.0,
    ),
    "a sigmoid (N, 1)": (one_score([helper.make_node("Sigmoid", ["one"], ["p"])], "p", ["N", 1]), 0.5),
    "a sigmoid (N,)": (
        one_score(
            [helper.make_node("Sigmoid", ["one"], ["p"]), helper.make_node("Squeeze", ["p", "axis"], ["s"])],
            "s",
            ["N"],
        ),
        0.5,
    ),
}


def imported(tmp_path: Path, model: onnx.ModelProto, threshold: float | None = None) -> Imported:
    models = tmp_path / "models"
    models.mkdir()
    onnx.save_model(model, tmp_path / "net.onnx")
    return import_model(tmp_path / "net.onnx", ImportOptions(threshold=threshold), models)


def votes(done: Imported, images: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[int]:
    runtime = load_runtime(done.manifest, "cpu", 1, len(images))
    decided: list[int] = runtime.votes(images).tolist()
    return decided


@pytest.mark.parametrize("style", STYLES)
def test_it_votes_by_its_sign(style: str, tmp_path: Path) -> None:
    model, bar = STYLES[style]
    done = imported(tmp_path, model)
    images = np.random.default_rng(4).normal(0.5, 1, (32, *SHAPE)).astype(np.float32)
    wanted = (truth(images)[:, 0] > 0).astype(int).tolist()
    assert votes(done, images) == wanted
    assert 0 < sum(wanted) < 32
    assert any(f"above {bar:g}" in guess.what and guess.flag == "--threshold" for guess in done.guesses)


def test_the_threshold_can_be_given(tmp_path: Path) -> None:
    done = imported(tmp_path, STYLES["a sigmoid (N, 1)"][0], threshold=0.9)
    images = np.random.default_rng(4).normal(0.5, 1, (32, *SHAPE)).astype(np.float32)
    assert votes(done, images) == (1 / (1 + np.exp(-truth(images)[:, 0])) > 0.9).astype(int).tolist()
    assert not any(guess.flag == "--threshold" for guess in done.guesses)
