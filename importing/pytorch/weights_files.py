"""Read files of weights alone: a state_dict that torch.save wrote, or safetensors."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import safetensors
import safetensors.torch
import torch

from importing.import_errors import ImportRefused, reason
from importing.pytorch.pickled_names import BrokenPickle, beyond_weights, pickled_names
from importing.pytorch.zip_checks import checked_members, member

_HARMLESS: Final = (argparse.Namespace,)
"""Types that training scripts store beside weights, and that unpickling cannot misuse."""
_ORDER: Final = ("state_dict", "model_state_dict", "model", "net", "network", "weights", "module")
"""Names under which checkpoints keep the weights of the network; the first that is there is taken."""
_LEGACY: Final = 2**24
"""Bytes of a file of old PyTorch in which the names of its pickle are looked for. A choice."""
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Weights:
    """Tensors by name, and ``within``: the place of the checkpoint that they were in; empty if alone."""

    tensors: Mapping[str, torch.Tensor]
    within: str = ""


def read_weights_file(path: Path) -> Weights:
    """Read a file of weights. Raises ImportRefused if it is damaged or holds anything but weights.

    Nothing in the file is executed: pickles are read by ``torch.load`` with ``weights_only=True``.
    """
    head = _head(path)
    if head == b"PK" or head[:1] == b"\x80":
        return only_weights(path, _unpickled(path))
    return Weights(_safetensors(path))


def beyond_weights_in(path: Path) -> list[str]:
    """Return what the pickle of a file of torch.save would import that weights alone do not need.

    Raises ImportRefused if the file is damaged.
    """
    if _head(path) == b"PK":
        checked_members(path)
        data = member(path, "data.pkl")
    else:
        with path.open("rb") as stream:
            data = stream.read(_LEGACY)
    try:
        names = beyond_weights(pickled_names(data))
    except BrokenPickle as error:
        raise ImportRefused(f"{path} is a damaged or cut pickle ({error}): copy or save it again") from error
    return [name for name in names if name not in _HARMLESS_NAMES]


def pickle_words(path: Path, names: list[str]) -> str:
    """Say that a file is more than weights, and what to do."""
    said = ", ".join(names[:_SHOWN]) + (" and others" if len(names) > _SHOWN else "")
    return (
        f"{path} is a pickle that would import {said}, and a pickle can run any code: save the weights alone "
        "(torch.save(net.state_dict(), FILE)) and import them with --network, or add --trust if you trust "
        "whoever made the file"
    )


_HARMLESS_NAMES: Final = frozenset(f"{kind.__module__}.{kind.__qualname__}" for kind in _HARMLESS)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(2)


def _safetensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        return safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError, ValueError, KeyError) as error:
        raise ImportRefused(
            f"{path} is no whole safetensors file ({error}): copy or save it again"
        ) from error


def _unpickled(path: Path) -> Any:
    allowed = torch.serialization.safe_globals(list(_HARMLESS))
    with warnings.catch_warnings(), allowed, path.open("rb") as stream:  # of a path, its ending would count
        warnings.simplefilter("ignore")  # PyTorch's own, about storages of old files
        try:
            return torch.load(stream, map_location="cpu", weights_only=True)
        except Exception as error:  # whatever a damaged or hostile pickle makes PyTorch raise
            raise ImportRefused(
                f"{path} cannot be read as weights alone ({reason(error)}): save it again with "
                "torch.save(net.state_dict(), FILE)"
            ) from error


def only_weights(path: Path, found: object) -> Weights:
    """Return the weights in what a file held: itself, or what it keeps under a name."""
    if _is_weights(found):
        return Weights(dict(_tensors(found)))
    inner = {str(key): value for key, value in found.items()} if isinstance(found, Mapping) else {}
    places = [name for name, value in inner.items() if _is_weights(value)]
    chosen = next((name for name in _ORDER if name in places), places[0] if len(places) == 1 else None)
    if chosen is None:
        held = ", ".join(list(inner)[:_SHOWN]) or type(found).__name__
        raise ImportRefused(
            f"{path} holds no weights that can be told apart (it has {held}): save the state_dict alone, "
            "torch.save(net.state_dict(), FILE)"
        )
    return Weights(dict(_tensors(inner[chosen])), chosen)


def _is_weights(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value) and len(list(_tensors(value))) == len(value)


def _tensors(value: object) -> Any:
    entries = value.items() if isinstance(value, Mapping) else ()
    return ((key, each) for key, each in entries if isinstance(key, str) and isinstance(each, torch.Tensor))
