"""Read files that torch.save wrote, and safetensors: weights for a named network, or a pickled network."""

from __future__ import annotations

from pathlib import Path

from importing.draft import Draft, Guess
from importing.file_kinds import FileKind
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.pytorch.loading_weights import Fitted, fitted
from importing.pytorch.networks import networks_named
from importing.pytorch.pickled_modules import trusted_module
from importing.pytorch.weights_files import Weights, beyond_weights_in, pickle_words, read_weights_file
from importing.readers.network_drafts import draft_of_module, named_hints, original_of


def read_torch_save(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read what torch.save wrote; see ``importing.readers.reader.Reader``."""
    names = beyond_weights_in(path)
    if not names:
        return read_weights(path, kind, options)
    if not options.trust:
        raise ImportRefused(pickle_words(path, names))
    found = trusted_module(path)
    if isinstance(found, Weights):
        return _of_weights(path, kind, options, found)
    step = "the pickled network was opened because --trust was given"
    return draft_of_module(
        found, original_of(path, "a pickled PyTorch module"), named_hints(options), options, (step,)
    )


def read_weights(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read weights alone, of torch.save or safetensors; see ``importing.readers.reader.Reader``."""
    return _of_weights(path, kind, options, read_weights_file(path))


def _of_weights(path: Path, kind: FileKind, options: ImportOptions, weights: Weights) -> Draft:
    if options.network is None:
        raise ImportRefused(
            f"{path} holds weights without the network: add --network with the name of an architecture of "
            "timm, torchvision or transformers, such as --network resnet50, or package.module:function for "
            "your own"
        )
    found, guesses = _best(path, options.network, weights)
    hints = named_hints(options) if options.weights_name else found.network.hints()
    original = original_of(path, f"{kind.said}, for {found.network.name}")
    return draft_of_module(found.module, original, hints.guessing(guesses), options, found.steps)


def _best(path: Path, name: str, weights: Weights) -> tuple[Fitted, tuple[Guess, ...]]:
    """Return the first network of the name that the weights fit, and a guess if they fit others too."""
    refusals: list[ImportRefused] = []
    fits: list[Fitted] = []
    for network in networks_named(name):
        try:
            fits.append(fitted(network, weights, path.name))
        except ImportRefused as refused:
            refusals.append(refused)
    if not fits:
        raise ImportRefused("; and ".join(map(str, refusals)))
    others = ", ".join(each.network.name for each in fits[1:])
    guess = Guess(
        f"the network is {fits[0].network.name}, while the weights fit {others} as well", "--network"
    )
    return fits[0], (guess,) if others else ()
