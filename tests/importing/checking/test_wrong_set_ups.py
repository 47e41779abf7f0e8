"""A model that is set up wrongly is not called right, and the flags that mend it are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from importing.checking.set_up_check import Checked, Verdict, check_model
from registry.manifest import load_manifest
from scripts.export import Value, write_model
from tests.support.digit_pictures import COLOURS, ROOT, digits_in_signed_pixels, means_of_channels

GREY: dict[str, Value] = {"kind": "image", "shape": [1, 28, 28], "low": 0.0, "high": 1.0, "mode": "L"}
COLOUR: dict[str, Value] = {"kind": "image", "shape": [3, 8, 8], "low": 0.0, "high": 1.0, "mode": "RGB"}
DIGITS = [str(digit) for digit in range(10)]
MNIST = (ROOT / "models" / "mnist" / "model.onnx").read_bytes()


def _checked(
    folder: Path,
    data: bytes,
    labels: list[str],
    table: dict[str, Value],
    pictures: Path,
    **tables: dict[str, Value],
) -> Checked:
    write_model(folder, "model.onnx", data, {"runtime": "onnx", "labels": labels}, {"input": table, **tables})
    return check_model(load_manifest(folder), pictures, sigmas=())


def _flags(checked: Checked) -> list[str]:
    assert checked.verdict is Verdict.WORSE
    assert checked.better_share == 1.0
    assert checked.clean < 1.0
    return [change.flag for change in checked.better]


def test_a_normalisation_that_was_forgotten(tmp_path: Path, digits: Path) -> None:
    checked = _checked(tmp_path / "m", digits_in_signed_pixels(), DIGITS, GREY, digits)
    assert _flags(checked) == ["--scale -1..1"]


def test_a_normalisation_too_many(tmp_path: Path, digits: Path) -> None:
    norm: dict[str, Value] = {"mean": [0.5], "std": [0.5]}
    checked = _checked(tmp_path / "m", MNIST, DIGITS, GREY, digits, normalisation=norm)
    assert _flags(checked) == ["--scale 0..1"]


def test_a_normalisation_too_many_on_another_scale(tmp_path: Path, digits: Path) -> None:
    norm: dict[str, Value] = {"scale": 0.5, "mean": [0.4], "std": [0.3]}
    table = GREY | {"low": -1.0}
    checked = _checked(tmp_path / "m", digits_in_signed_pixels(), DIGITS, table, digits, normalisation=norm)
    assert _flags(checked) == ["--scale -1..1"]


def test_channels_in_the_other_order(tmp_path: Path, colours: Path) -> None:
    data = means_of_channels((2, 1, 0))
    assert _flags(_checked(tmp_path / "m", data, list(COLOURS), COLOUR, colours)) == ["--channels BGR"]


@pytest.mark.parametrize(("moved", "said"), [(1, "the last to the front"), (-1, "the first to the end")])
def test_classes_one_number_off(tmp_path: Path, digits: Path, moved: int, said: str) -> None:
    labels = DIGITS[moved:] + DIGITS[:moved]
    flags = _flags(_checked(tmp_path / "m", MNIST, labels, GREY, digits))
    assert flags == [f"--labels FILE (the names, {said})"]


def test_two_things_at_once(tmp_path: Path, digits: Path) -> None:
    labels = DIGITS[1:] + DIGITS[:1]
    checked = _checked(tmp_path / "m", digits_in_signed_pixels(), labels, GREY, digits)
    assert sorted(_flags(checked)) == ["--labels FILE (the names, the last to the front)", "--scale -1..1"]


def test_classes_in_another_order(tmp_path: Path, digits: Path) -> None:
    labels = [DIGITS[digit * 3 % 10] for digit in range(10)]
    flags = _flags(_checked(tmp_path / "m", MNIST, labels, GREY, digits))
    assert flags == ["--labels FILE (the names in the order of the scores)"]


def test_a_network_that_does_not_look_is_no_better_than_guessing(tmp_path: Path, colours: Path) -> None:
    checked = _checked(tmp_path / "m", means_of_channels((0, 0, 0)), list(COLOURS), COLOUR, colours)
    assert (checked.verdict, checked.better) == (Verdict.GUESSING, ())
