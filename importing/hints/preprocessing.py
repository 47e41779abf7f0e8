"""Preprocessing as a library describes it, in the terms of ``model.toml``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, cast

from importing.draft import Guess
from importing.import_errors import ImportRefused
from registry import InputSpec, Normalisation, ResizeRule

LABELS: Final = "--labels"
"""The flag that settles the names of classes."""
Filter = Literal["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]
_FILTERS: Final = frozenset({"nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"})


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a model beside its weights.

    ``said_by``: who says it, for messages. ``size``: height and width of its images, None if not said.
    ``mode``: order of the channels; ``channels``: their number. ``labels``: names of the classes.
    ``guesses``: what was assumed for want of a word. None: nothing is said.
    """

    said_by: str
    size: tuple[int, int] | None = None
    channels: int = 3
    mode: Literal["L", "RGB", "BGR"] = "RGB"
    resize: ResizeRule | None = None
    normalisation: Normalisation | None = None
    labels: tuple[str, ...] | None = None
    description: str | None = None
    licence: str | None = None
    source: str | None = None
    guesses: tuple[Guess, ...] = ()

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Return the shape of one input, channels first; None if the size is not said."""
        return None if self.size is None else (self.channels, *self.size)

    def guessing(self, guesses: tuple[Guess, ...]) -> Hints:
        """Return these hints with more that was guessed."""
        return replace(self, guesses=(*self.guesses, *guesses))

    def without_labels(self) -> Hints:
        """Return these hints for a network with other classes."""
        kept = tuple(guess for guess in self.guesses if guess.flag != LABELS)
        return replace(self, labels=None, guesses=kept)

    def applied(self, shape: tuple[int, ...]) -> InputSpec | None:
        """Return the input space for the shape that the model takes, channels first; None for no image.

        The resize rule is for the size that the library says; for another size it keeps the share of the
        picture that is cut off.
        """
        channels = 1 if self.mode == "L" else 3
        if len(shape) != 3 or shape[0] != channels:
            return None
        rule = self.resize
        if rule is not None and self.size is not None and rule.size is not None and shape[1:] != self.size:
            rule = rule.model_copy(update={"size": _scaled(rule.size, self.size, (shape[1], shape[2]))})
        return InputSpec(kind="image", shape=shape, low=0.0, high=1.0, mode=self.mode, resize=rule)


def filter_named(name: object, said_by: str) -> Filter:
    """Return a resampling filter. Raises ImportRefused for one that Pillow does not have."""
    if name not in _FILTERS:
        raise ImportRefused(f"{said_by}: the resampling {name!r} is not one of {', '.join(sorted(_FILTERS))}")
    return cast("Filter", name)


def normalisation(mean: object, std: object, scale: float = 1.0) -> Normalisation | None:
    """Return ``(scale * pixel - mean) / std`` for pixels in [0, 1]; None if that changes nothing.

    ``mean`` and ``std`` are one number or a list of them.
    """
    found = Normalisation(mean=_numbers(mean), std=_numbers(std), scale=scale)
    nothing = set(found.mean) == {0.0} and set(found.std) == {1.0} and found.scale == 1.0
    return None if nothing else found


def _numbers(value: object) -> tuple[float, ...]:
    return tuple(map(float, value)) if isinstance(value, list | tuple) else (float(cast("float", value)),)


def _scaled(
    size: int | tuple[int, int], said: tuple[int, int], own: tuple[int, int]
) -> int | tuple[int, int]:
    if isinstance(size, int):
        return round(size * min(own) / min(said))
    return round(size[0] * own[0] / said[0]), round(size[1] * own[1] / said[1])
