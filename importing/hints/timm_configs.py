"""Read timm's ``pretrained_cfg``: its preprocessing, licence and class names."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Final

from importing.draft import Guess
from importing.hints.preprocessing import LABELS, Hints, filter_named, normalisation
from importing.hints.torchvision_import import prepare_torchvision
from importing.import_errors import ImportRefused
from registry import ResizeRule

_METHODS: Final = {
    "center": "shorter_side_center_crop",
    "squash": "stretch",
    "border": "fit_with_border",
}
_DEFAULT_CROP: Final = 0.875
"""timm's own, for configurations that do not state it."""
_IMAGENET: Final = 1000


def hints_of_config(config: Mapping[str, Any], said_by: str) -> Hints:
    """Return what a ``pretrained_cfg`` says. Raises ImportRefused for one that cannot be read."""
    try:
        return _hints(config, said_by)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        raise ImportRefused(f"{said_by} cannot be read: {error!r}") from error


def hints_of_architecture(name: str) -> Hints:
    """Return what timm says of an architecture, such as ``resnet50`` or ``resnet50.a1_in1k``.

    Without a tag it is what timm says of the architecture's first weights, as a guess.
    """
    prepare_torchvision()
    import timm  # noqa: PLC0415 - only once torchvision is prepared

    config = timm.get_pretrained_cfg(name)
    if config is None:
        return Hints(said_by=f"timm's {name}")
    full = f"{config.architecture}.{config.tag}" if config.tag else str(config.architecture)
    hints = hints_of_config(dataclasses.asdict(config), f"timm's {full}")
    if full == name:
        return hints
    return hints.guessing((Guess(f"preprocessing is that of {full}", f"--network timm:{name}.TAG"),))


def _hints(config: Mapping[str, Any], said_by: str) -> Hints:
    channels, height, width = map(int, config["input_size"])
    share = float(config.get("crop_pct") or _DEFAULT_CROP)
    crop_mode = config.get("crop_mode") or "center"
    mean, std = config.get("mean"), config.get("std")
    filter_name = config.get("interpolation") or "bicubic"
    rule = ResizeRule.model_validate(
        {
            "method": _METHODS[crop_mode],
            "filter": filter_named("bilinear" if filter_name == "random" else filter_name, said_by),
            "size": _size((math.floor(height / share), math.floor(width / share))),
            "border": _border(mean) if crop_mode == "border" else (0,),
        }
    )
    labels, guesses = _labels(config)
    return Hints(
        said_by=said_by,
        size=(height, width),
        channels=channels,
        mode="L" if channels == 1 else "RGB",
        resize=rule,
        normalisation=normalisation(mean, std) if mean is not None and std is not None else None,
        labels=labels,
        licence=_text(config.get("license")),
        description=_text(config.get("description")),
        source=_text(config.get("hf_hub_id")),
        guesses=guesses,
    )


def _size(size: tuple[int, int]) -> int | tuple[int, int]:
    return size[0] if size[0] == size[1] else size


def _border(mean: Any) -> tuple[int, ...]:
    """Return the colour that timm pads with: the mean, as 8-bit numbers."""
    return tuple(min(255, round(255 * value)) for value in mean) if mean else (0,)


def _labels(config: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, tuple[Guess, ...]]:
    names = config.get("label_descriptions") or config.get("label_names")
    if isinstance(names, Mapping):
        order = config.get("label_names")
        names = [names[key] for key in order] if isinstance(order, list) else list(names.values())
    if names:
        return tuple(map(str, names)), ()
    if config.get("num_classes") != _IMAGENET:
        return None, ()
    prepare_torchvision()
    from timm.data.imagenet_info import ImageNetInfo  # noqa: PLC0415 - only once torchvision is prepared

    info = ImageNetInfo()
    guess = Guess("the 1,000 classes are called as in ImageNet", LABELS)
    return tuple(info.index_to_description(index) for index in range(_IMAGENET)), (guess,)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
