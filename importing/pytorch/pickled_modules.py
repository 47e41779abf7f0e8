"""Open a pickle that the user trusts: a whole network, or a checkpoint that is more than weights."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import torch

from importing.import_errors import ImportRefused
from importing.pytorch.networks import folder_on_path
from importing.pytorch.weights_files import Weights, only_weights

_PLACES = ("model", "module", "net", "network", "ema")
"""Names under which checkpoints keep a whole network; the first that is there is taken."""


def trusted_module(path: Path) -> torch.nn.Module | Weights:
    """Unpickle a file, which may run any code, and return the network or the weights in it.

    Its classes are looked for among the installed packages and in the current folder. Raises ImportRefused if
    it cannot be opened, or holds neither.
    """
    with warnings.catch_warnings(), folder_on_path(Path.cwd()), path.open("rb") as stream:
        warnings.simplefilter("ignore")  # PyTorch's own, about storages and source code of old files
        try:
            found = torch.load(stream, map_location="cpu", weights_only=False)
        except Exception as error:  # a pickle can raise anything
            raise ImportRefused(
                f"{path} could not be opened ({type(error).__name__}: {error}): run the command where the "
                "packages and modules of its classes can be imported"
            ) from error
    if isinstance(found, Mapping):
        inner = [found[place] for place in _PLACES if isinstance(found.get(place), torch.nn.Module)]
        found = inner[0] if inner else found
    return found if isinstance(found, torch.nn.Module) else only_weights(path, found)
