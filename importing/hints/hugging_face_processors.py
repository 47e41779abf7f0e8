"""Read ``preprocessor_config.json``: how an image processor of transformers treats a picture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from PIL.Image import Resampling

from importing.draft import Guess
from importing.hints.preprocessing import Hints, filter_named, normalisation
from importing.hints.torchvision_import import prepare_torchvision
from importing.import_errors import ImportRefused
from registry import Normalisation, ResizeRule

SAID_BY: Final = "preprocessor_config.json"
_READ: Final = (
    *("do_resize", "size", "resample", "do_center_crop", "crop_size", "crop_pct", "default_to_square"),
    *("do_rescale", "rescale_factor", "rescale_offset", "do_normalize", "image_mean", "image_std"),
    *("include_top", "do_flip_channel_order"),
)
"""What is read. Where the file leaves one out, the default of the processor's class in transformers holds."""
_LEVIT: Final = 256 / 224
"""LeViT's processor resizes to this much more than the stated size."""
_SQUASHED: Final = 384
"""ConvNeXT's processor neither keeps proportions nor crops from this size on."""


@dataclass(frozen=True, slots=True)
class _Geometry:
    """Height and width of the model's images, and the rule that leads there."""

    size: tuple[int, int] | None
    rule: ResizeRule | None
    guesses: tuple[Guess, ...] = ()


def hints_of_processor(config: Mapping[str, Any]) -> Hints:
    """Return what an image processor's configuration says. Raises ImportRefused if it cannot be read."""
    family = _family(config)
    told = _defaults(family) | {name: config[name] for name in _READ if config.get(name) is not None}
    try:
        geometry = _GEOMETRIES.get(family, _plain)(told)
        norm = _normalisation(told)
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise ImportRefused(f"{SAID_BY} cannot be read: {error!r}") from error
    grey = norm is not None and len(norm.mean) == 1 and isinstance(told.get("image_mean"), list)
    flipped = family == "MobileViT" and bool(told.get("do_flip_channel_order"))
    return Hints(
        said_by=SAID_BY,
        size=geometry.size,
        channels=1 if grey else 3,
        mode="L" if grey else "BGR" if flipped else "RGB",
        resize=geometry.rule,
        normalisation=norm,
        guesses=geometry.guesses,
    )


def _family(config: Mapping[str, Any]) -> str:
    """Return the beginning of the processor's name: ``ViT`` of ``ViTImageProcessorFast``."""
    name = str(config.get("image_processor_type") or config.get("feature_extractor_type") or "")
    return re.sub(r"(FeatureExtractor|ImageProcessor)(Fast|Pil)?$", "", name)


def _defaults(family: str) -> dict[str, Any]:
    prepare_torchvision()
    import transformers  # noqa: PLC0415 - takes seconds, and torchvision must be prepared

    found = getattr(transformers, f"{family}ImageProcessor", None) if family else None
    told = {name: getattr(found, name, None) for name in _READ}
    return {name: value for name, value in told.items() if value is not None}


def _normalisation(told: Mapping[str, Any]) -> Normalisation | None:
    """Return what is computed of a pixel in [0, 1], from rescaling and normalising pixels of 0 to 255."""
    factor = float(told.get("rescale_factor", 1 / 255)) if told.get("do_rescale", True) else 1.0
    scale = 255 * factor
    scale = 1.0 if abs(scale - 1) < _ROUNDING else scale
    normalised = told.get("do_normalize", False)
    mean = _list(told.get("image_mean", 0.0)) if normalised else [0.0]
    std = _list(told.get("image_std", 1.0)) if normalised else [1.0]
    if told.get("rescale_offset"):
        mean = [value + 1 for value in mean]
    if told.get("include_top"):
        std = [value * value for value in std]
    return normalisation(mean, std, scale)


_ROUNDING: Final = 1e-6
"""1/255 is written with fewer digits in some files."""


def _plain(told: Mapping[str, Any]) -> _Geometry:
    """Resize, then cut around the centre, each if the configuration says so."""
    crop = _pair(told["crop_size"]) if told.get("do_center_crop") and "crop_size" in told else None
    if not told.get("do_resize", True) or "size" not in told:
        return _Geometry(crop, None)
    size = _shaped(told["size"], square=told.get("default_to_square", True))
    if "shortest_edge" not in size:
        target = (int(size["height"]), int(size["width"]))
        return _Geometry(crop or target, _rule(told, "stretch", target))
    edge = int(size["shortest_edge"])
    if crop is not None:
        return _Geometry(crop, _rule(told, "shorter_side_center_crop", (edge, edge)))
    guess = Guess(
        f"pictures are cut to their middle {edge} x {edge}; the library leaves them longer", "--shape"
    )
    return _Geometry((edge, edge), _rule(told, "shorter_side_center_crop", (edge, edge)), (guess,))


def _convnext(told: Mapping[str, Any]) -> _Geometry:
    edge = int(_shaped(told["size"], square=False)["shortest_edge"])
    if edge >= _SQUASHED:
        return _Geometry((edge, edge), _rule(told, "stretch", (edge, edge)))
    larger = int(edge / float(told["crop_pct"]))
    return _Geometry((edge, edge), _rule(told, "shorter_side_center_crop", (larger, larger)))


def _levit(told: Mapping[str, Any]) -> _Geometry:
    size = _shaped(told["size"], square=False)
    if "shortest_edge" in size:
        size = {"shortest_edge": int(_LEVIT * int(size["shortest_edge"]))}
    return _plain({**told, "size": size})


def _poolformer(told: Mapping[str, Any]) -> _Geometry:
    size, share = _shaped(told["size"], square=False), told.get("crop_pct")
    if share and "shortest_edge" in size:
        size = {"shortest_edge": int(int(size["shortest_edge"]) / float(share))}
    return _plain({**told, "size": size})


def _perceiver(told: Mapping[str, Any]) -> _Geometry:
    """Leave the resizing open: this processor cuts before it resizes, for which there is no rule."""
    guess = Guess("pictures are resized before they are cut; the library cuts them first", "--resize")
    return _Geometry(_pair(told["size"]), None, (guess,))


_GEOMETRIES: Final = {
    "ConvNext": _convnext,
    "Levit": _levit,
    "PoolFormer": _poolformer,
    "Perceiver": _perceiver,
}
"""Processors that resize in a way of their own."""


def _rule(told: Mapping[str, Any], method: str, target: tuple[int, int]) -> ResizeRule:
    name = Resampling(int(told.get("resample", Resampling.BILINEAR))).name.lower()
    size = target[0] if target[0] == target[1] else target
    fields = {"method": method, "filter": filter_named(name, SAID_BY), "size": size, "offsets": "down"}
    return ResizeRule.model_validate(fields)


def _shaped(size: Any, *, square: bool) -> Mapping[str, Any]:
    if isinstance(size, Mapping):
        return {key: value for key, value in size.items() if value is not None}
    if isinstance(size, list):
        return {"height": size[0], "width": size[-1]}
    return {"height": size, "width": size} if square else {"shortest_edge": size}


def _pair(size: Any) -> tuple[int, int]:
    shaped = _shaped(size, square=True)
    edge = shaped.get("shortest_edge")
    return int(shaped.get("height", edge)), int(shaped.get("width", edge))


def _list(value: Any) -> list[float]:
    return list(map(float, value)) if isinstance(value, list | tuple) else [float(value)]


def with_labels(hints: Hints, config: Mapping[str, Any]) -> Hints:
    """Return the hints with the class names of ``config.json``, unless it only numbers the classes."""
    names = config.get("id2label")
    if not isinstance(names, Mapping):
        return hints
    try:
        numbered = {int(key): str(name).strip() for key, name in names.items()}
        labels = tuple(numbered[index] for index in range(len(numbered)))
    except (ValueError, KeyError) as error:
        raise ImportRefused("config.json: id2label must number the classes from 0 on, each once") from error
    plain = all(re.fullmatch(r"LABEL_\d+", name) for name in labels)
    return hints if plain or not all(labels) else replace(hints, labels=labels)
