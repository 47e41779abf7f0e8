"""Flags say how pictures become the model's input; what nobody says is guessed, and said so."""

from __future__ import annotations

import pytest

from importing import ImportOptions, ImportRefused
from importing.import_options import Channels, Filter, Resize
from importing.picture_drafting import USUAL, pictured
from registry import InputSpec, ResizeRule
from tests.support.resized import image_spec

COLOUR = image_spec((3, 8, 6))
KNOWN = ResizeRule(method="stretch", filter="box", size=(9, 9), offsets="down")


def test_what_nobody_says_is_guessed_with_its_flags() -> None:
    spec, guesses = pictured(COLOUR, ImportOptions())
    assert spec.resize == USUAL
    assert ["--resize" in guess.flag for guess in guesses] == [True]


def test_what_the_file_says_stays() -> None:
    known = image_spec((3, 8, 6), resize=KNOWN)
    assert pictured(known, ImportOptions()) == (known, ())


def test_flags_change_what_the_file_says() -> None:
    options = ImportOptions(
        channels=Channels.BGR, resize=Resize.BORDER, resize_to=(7,), filter=Filter.LANCZOS
    )
    spec, guesses = pictured(image_spec((3, 8, 6), resize=KNOWN), options)
    expected = ResizeRule(method="fit_with_border", filter="lanczos", size=(7, 7), offsets="down")
    assert (spec.mode, spec.resize, guesses) == ("BGR", expected, ())


def test_height_and_width_may_differ() -> None:
    spec, _ = pictured(COLOUR, ImportOptions(resize=Resize.SQUASH, resize_to=(10, 12)))
    assert spec.resize is not None
    assert spec.resize.size == (10, 12)


def test_no_resizing_can_be_asked_for() -> None:
    spec, guesses = pictured(image_spec((3, 8, 6), resize=KNOWN), ImportOptions(resize=Resize.NONE))
    assert (spec.resize, guesses) == (None, ())


@pytest.mark.parametrize(
    ("spec", "options", "said"),
    [
        (COLOUR, ImportOptions(resize=Resize.NONE, filter=Filter.BOX), "goes with neither"),
        (COLOUR, ImportOptions(resize_to=(5000,)), "--resize-to: .*more than 4194304 pixels"),
        (COLOUR, ImportOptions(resize_to=(1, 2, 3)), "--resize-to: one number"),
        (image_spec((1, 8, 6), "L"), ImportOptions(channels=Channels.BGR), "grey pictures"),
        (
            InputSpec(kind="tensor", shape=(2,), low=0, high=1),
            ImportOptions(filter=Filter.BOX),
            "takes tensors",
        ),
    ],
)
def test_flags_that_do_not_fit_are_refused(spec: InputSpec, options: ImportOptions, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        pictured(spec, options)
