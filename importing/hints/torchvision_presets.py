"""Read the preprocessing and class names that torchvision keeps for its weights. Nothing is downloaded."""

from __future__ import annotations

from typing import Any, Final

from importing.draft import Guess
from importing.hints.preprocessing import Hints, filter_named, normalisation
from importing.hints.torchvision_import import prepare_torchvision
from importing.import_errors import ImportRefused
from registry import ResizeRule

FLAG: Final = "--weights-name"


def hints_of_weights(name: str) -> Hints:
    """Return what torchvision says of weights, such as ``ResNet50_Weights.IMAGENET1K_V2``.

    Raises ImportRefused for a name that it does not know, and for weights that are no image classifier's.
    """
    prepare_torchvision()
    from torchvision.models import get_weight  # noqa: PLC0415 - only once it is prepared

    try:
        weights: Any = get_weight(name)
    except (ValueError, KeyError, AttributeError) as error:
        raise ImportRefused(
            f"{FLAG}: torchvision knows no weights {name!r}; a name is like ResNet50_Weights.IMAGENET1K_V2"
        ) from error
    preset = weights.transforms()
    if not hasattr(preset, "crop_size") or not hasattr(preset, "resize_size"):
        raise ImportRefused(f"{FLAG}: {name} is not for an image classifier")
    return _hints(f"torchvision's {name}", weights, preset)


def hints_of_architecture(architecture: str) -> Hints:
    """Return what torchvision says of an architecture's own weights: of the best, as a guess."""
    prepare_torchvision()
    from torchvision.models import get_model_weights  # noqa: PLC0415 - only once it is prepared

    best: Any = get_model_weights(architecture).DEFAULT
    found = hints_of_weights(str(best))
    names = ", ".join(map(str, get_model_weights(architecture)))
    guess = Guess(f"preprocessing and class names are those of {best}", f"{FLAG} (one of {names})")
    return found.guessing((guess,))


def _hints(said_by: str, weights: Any, preset: Any) -> Hints:
    crop, size = preset.crop_size[0], preset.resize_size[0]
    return Hints(
        said_by=said_by,
        size=(crop, crop),
        resize=ResizeRule(
            method="shorter_side_center_crop",
            filter=filter_named(preset.interpolation.value, said_by),
            size=size,
            antialias=bool(preset.antialias),
        ),
        normalisation=normalisation(preset.mean, preset.std),
        labels=tuple(map(str, weights.meta["categories"])),
    )
