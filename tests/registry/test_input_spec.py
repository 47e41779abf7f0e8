"""What a manifest says of images: layout, resizing and normalisation; rules that contradict are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry import InputSpec, ModelBroken, Normalisation, ResizeRule
from registry.manifest import load_manifest
from scripts.export import Value
from tests.support.model_folders import write_folder

COLOUR: dict[str, Value] = {"kind": "image", "shape": [3, 6, 4], "low": 0.0, "high": 1.0, "mode": "BGR"}


def _spec(**fields: object) -> InputSpec:
    return InputSpec.model_validate({**COLOUR, **fields})


def test_the_channels_may_come_last() -> None:
    first, last = _spec(), _spec(shape=[6, 4, 3], layout="NHWC")
    assert first.size == last.size == (6, 4)
    assert (first.channel_axis, last.channel_axis) == (0, 2)


@pytest.mark.parametrize(
    ("size", "height", "width"), [(None, 6, 4), (9, 9, 9), ([10, 8], 10, 8)], ids=["none", "one", "two"]
)
def test_the_size_to_resize_to(size: object, height: int, width: int) -> None:
    rule = ResizeRule.model_validate({"method": "stretch", "filter": "hamming", "size": size})
    assert rule.target((6, 4)) == (height, width)


def test_a_large_model_may_resize_to_more_pixels() -> None:
    assert _spec().largest_resized == 2**22
    assert _spec(shape=[3, 2000, 2000]).largest_resized == 16_000_000


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"layout": "NHWC"}, r"\[height, width, 3\] in layout NHWC"),
        ({"layout": "HWC"}, "layout"),
        ({"kind": "tensor", "mode": None, "layout": "NHWC"}, "are for images"),
        ({"resize": {"method": "stretch", "filter": "box", "size": 0}}, "greater than or equal to 1"),
        ({"resize": {"method": "stretch", "filter": "box", "size": 5000}}, "more than 4194304 pixels"),
        ({"resize": {"method": "stretch", "filter": "box", "border": [0, 0]}}, "1 number or 3"),
        ({"resize": {"method": "stretch", "filter": "box", "border": [256]}}, "less than or equal to 255"),
        ({"resize": {"method": "stretch", "filter": "box", "antialias": False}}, "'bilinear' alone"),
    ],
)
def test_contradictions_are_refused(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _spec(**fields)


def test_mean_alone_and_scale_alone_are_normalisations(tmp_path: Path) -> None:
    tables: list[dict[str, Value]] = [{"mean": [0.4, 0.5, 0.6]}, {"scale": 255.0}, {"std": [2.0]}]
    read = [
        load_manifest(
            write_folder(tmp_path, f"m{number}", input_table=COLOUR, tables={"normalisation": table})
        ).normalisation
        for number, table in enumerate(tables)
    ]
    assert read == [
        Normalisation(mean=(0.4, 0.5, 0.6), std=(1.0,)),
        Normalisation(mean=(0.0,), std=(1.0,), scale=255.0),
        Normalisation(mean=(0.0,), std=(2.0,)),
    ]


@pytest.mark.parametrize("norm", [{"mean": [0.0, 0.0], "std": [1.0, 1.0, 1.0]}, {"std": []}, {"scale": 0.0}])
def test_a_normalisation_that_does_not_fit_is_refused(tmp_path: Path, norm: dict[str, Value]) -> None:
    with pytest.raises(ModelBroken, match="normalisation"):
        load_manifest(write_folder(tmp_path, input_table=COLOUR, tables={"normalisation": norm}))


def test_channels_last_in_memory_is_for_channels_first_in_the_input(tmp_path: Path) -> None:
    table = COLOUR | {"shape": [6, 4, 3], "layout": "NHWC"}
    fields: dict[str, Value] = {"runtime": "torchscript", "memory_format": "channels_last"}
    with pytest.raises(ModelBroken, match="in layout NCHW"):
        load_manifest(write_folder(tmp_path, input_table=table, fields=fields))
