"""Put weights into the network that they belong to, and say why if they do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch

from importing.import_errors import ImportRefused
from importing.pytorch.networks import Network
from importing.pytorch.weights_files import Weights

_OTHERS: Final = frozenset({torch.float16, torch.bfloat16, torch.float64})
"""Types of weights that are converted to float32."""
_SHOWN: Final = 3
_COUNTER: Final = "num_batches_tracked"
"""The end of the names of counters that old files lack and that scores do not depend on."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A network with weights in it, ready to compute; ``steps``: what was changed to make them fit."""

    network: Network
    module: torch.nn.Module
    steps: tuple[str, ...]


def fitted(network: Network, weights: Weights, file: str) -> Fitted:
    """Build a network and load weights into it. Raises ImportRefused, which says what does not fit.

    Names may have a common beginning, as ``module.`` or ``model.``, that the network's do not have; the
    number of classes may differ from the network's own if it takes another.
    """
    module = network.build()
    tensors, prefix = _renamed(weights.tensors, module.state_dict())
    classes = _classes(tensors, module.state_dict()) if network.any_classes else None
    if classes is not None:
        module = network.build(num_classes=classes)
    _require_fit(network, tensors, module.state_dict(), file)
    module.load_state_dict(tensors, strict=False)
    steps = [f"weights loaded into {network.name}" + (f" for {classes} classes" if classes else "")]
    steps += to_float32_words(tensors.values())
    if weights.within:
        steps.append(f"weights taken from the checkpoint's {weights.within!r}")
    if prefix:
        steps.append(f"{prefix!r} taken off the beginnings of the weights' names")
    return Fitted(network, module, tuple(steps))


def to_float32_words(tensors: Iterable[torch.Tensor]) -> list[str]:
    """Say that tensors of other precisions are converted to float32; nothing if none is of another."""
    kinds = {str(each.dtype).removeprefix("torch.") for each in tensors if each.dtype in _OTHERS}
    return [f"weights converted from {' and '.join(sorted(kinds))} to float32"] if kinds else []


def _renamed(
    tensors: Mapping[str, torch.Tensor], wanted: Mapping[str, Any]
) -> tuple[dict[str, torch.Tensor], str]:
    """Return the tensors under the network's names, and the beginning that was taken off their own."""
    needed = {name for name in wanted if not name.endswith(_COUNTER)}
    for prefix in _prefixes(tensors):
        cut = {name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)}
        if needed <= cut.keys():
            return cut, prefix
    return dict(tensors), ""


def _prefixes(tensors: Mapping[str, torch.Tensor]) -> Iterator[str]:
    """Yield the empty beginning, then the first one and two parts of names."""
    yield ""
    seen = set[str]()
    for depth in (1, 2, 3):
        for name in tensors:
            parts = name.split(".")
            prefix = ".".join(parts[:depth]) + "."
            if len(parts) > depth and prefix not in seen:
                seen.add(prefix)
                yield prefix


def _classes(tensors: Mapping[str, torch.Tensor], wanted: Mapping[str, Any]) -> int | None:
    """Return the number of classes of the weights; None if it is the network's own, or cannot be told."""
    differing = [
        (len(tensors[name]), len(each))
        for name, each in wanted.items()
        if name in tensors and each.dim() and tensors[name].dim() and tensors[name].shape != each.shape
    ]
    return differing[0][0] if len(set(differing)) == 1 and differing[0][0] != differing[0][1] else None


def _require_fit(
    network: Network, tensors: Mapping[str, torch.Tensor], wanted: Mapping[str, Any], file: str
) -> None:
    lacking = [name for name in wanted if name not in tensors and not name.endswith(_COUNTER)]
    strange = [name for name in tensors if name not in wanted]
    other = [
        f"{name} {list(tensors[name].shape)} for {list(each.shape)}"
        for name, each in wanted.items()
        if name in tensors and tensors[name].shape != each.shape
    ]
    faults = [
        f"{said} {', '.join(names[:_SHOWN])}{' and others' if len(names) > _SHOWN else ''}"
        for said, names in (("it lacks", lacking), ("it has besides", strange), ("shapes differ:", other))
        if names
    ]
    if faults:
        raise ImportRefused(f"{file} does not hold the weights of {network.name}: {'; '.join(faults)}")
