"""Find the shape of a network's input by trying it, where nothing says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import torch

from importing.import_errors import ImportRefused

_SIDES: Final = (
    32,
    224,
    28,
    64,
    96,
    128,
    160,
    192,
    256,
    299,
    384,
    48,
    40,
    80,
    112,
    144,
    240,
    288,
    336,
    448,
    512,
)
"""Heights and widths of pictures that networks are commonly made for, the most common ones first."""
_CHANNELS: Final = (3, 1)
_ROWS: Final = 2

Function = Callable[[torch.Tensor], object]


def tried_shape(function: Function, name: str) -> tuple[int, ...]:
    """Return the only common shape of pictures, channels first, that a network takes.

    Raises ImportRefused if it takes none, or more than one: a network that takes pictures of any size does
    not say for which it was trained.
    """
    taken: list[tuple[int, ...]] = []
    for shape in _shapes():
        if _takes(function, shape):
            taken.append(shape)
        if len(taken) > 1:
            break
    if len(taken) == 1:
        return taken[0]
    if not taken:
        raise ImportRefused(
            f"{name} does not say the shape of its input, and takes no common size of pictures: give it, "
            "such as --shape 3,224,224"
        )
    shown = " and ".join("x".join(map(str, shape)) for shape in taken)
    raise ImportRefused(
        f"{name} takes inputs of several shapes ({shown}, at least) and does not say for which it was "
        "trained: give it, such as --shape 3,224,224"
    )


def _shapes() -> Iterator[tuple[int, ...]]:
    for side in _SIDES:
        for channels in _CHANNELS:
            yield channels, side, side


def _takes(function: Function, shape: tuple[int, ...]) -> bool:
    try:
        with torch.inference_mode():
            function(torch.zeros(_ROWS, *shape))
    except Exception:  # noqa: BLE001 - a network may refuse a shape with anything
        return False
    return True
