"""What a set-up does to numbers, and that each change is another set-up that its flag gives."""

from __future__ import annotations

import re

import numpy as np
import pytest

from importing.checking.setups import Setup, changes
from importing.draft import Draft, Original
from importing.import_options import Channels, ImportOptions, Resize, Scale
from importing.manifest_drafting import settled
from registry import Normalisation
from tests.support.resized import image_spec

COLOUR = Setup(image_spec((3, 12, 14)), None)
SIGNED = Setup(image_spec((3, 12, 14), "BGR", low=-1.0, high=1.0), Normalisation(mean=(0.1, 0.2, 0.3)))
GREY = Setup(image_spec((1, 12, 14), "L"), Normalisation(scale=255.0))


def test_the_numbers_of_black_and_white() -> None:
    np.testing.assert_allclose(GREY.numbers(), [[0.0], [255.0]])
    np.testing.assert_allclose(SIGNED.numbers(), [[-1.1, -1.2, -1.3], [0.9, 0.8, 0.7]])


@pytest.mark.parametrize("setup", [COLOUR, SIGNED, GREY], ids=["colour", "signed", "grey"])
def test_no_change_is_the_set_up_itself_or_another_change(setup: Setup) -> None:
    seen = [
        (change.setup.input, change.setup.shift, change.setup.numbers().tolist()) for change in changes(setup)
    ]
    assert (setup.input, setup.shift, setup.numbers().tolist()) not in seen
    assert all(one not in seen[:place] for place, one in enumerate(seen))


@pytest.mark.parametrize("setup", [COLOUR, SIGNED, GREY], ids=["colour", "signed", "grey"])
def test_the_flags_of_an_import_give_the_set_up_that_was_tried(setup: Setup) -> None:
    draft = Draft(
        Original("m.onnx", "0" * 64, "ONNX"),
        "onnx",
        "model.onnx",
        b"",
        lambda batch: batch,
        setup.input,
        classes=2,
        normalisation=setup.normalisation,
    )
    tried = [change for change in changes(setup) if "--labels" not in change.flag]
    assert len(tried) > 5
    for change in tried:
        given = settled(draft, _options(change.flag))
        there = Setup(given.input, given.normalisation)
        np.testing.assert_allclose(there.numbers(), change.setup.numbers(), atol=1e-9)
        assert there.input.mode == change.setup.input.mode
        if "--resize" in change.flag:
            assert there.input == change.setup.input


def _options(flags: str) -> ImportOptions:
    given = dict(re.findall(r"--(\S+) (\S+)", flags))
    numbers = {name: tuple(map(float, given[name].split(","))) for name in ("mean", "std") if name in given}
    to = given.get("resize-to")
    return ImportOptions(
        scale=Scale(given["scale"]) if "scale" in given else None,
        channels=Channels(given["channels"]) if "channels" in given else None,
        resize=Resize(given["resize"]) if "resize" in given else None,
        resize_to=None if to is None else tuple(map(int, to.split(","))),
        mean=numbers.get("mean"),
        std=numbers.get("std"),
    )
