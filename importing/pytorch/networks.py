"""Build the network that a file of weights belongs to: by timm, torchvision, transformers, or a function."""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

from certificates.catalogue import Catalogue
from importing.hints import timm_configs, torchvision_presets
from importing.hints.preprocessing import Hints
from importing.hints.torchvision_import import prepare_torchvision
from importing.import_errors import ImportRefused

Build = Callable[..., torch.nn.Module]


@dataclass(frozen=True, slots=True)
class Network:
    """An architecture: its whole name for ``--network``, how to build it, and what is known of it.

    ``build`` takes ``num_classes`` where the architecture allows another number of classes than its own;
    ``any_classes`` says whether it does.
    """

    name: str
    build: Build
    any_classes: bool
    hints: Callable[[], Hints]


@dataclass(frozen=True, slots=True)
class Library:
    """A library of architectures. ``find`` returns the one of a name, None if it has none."""

    name: str
    find: Callable[[str], Network | None]


LIBRARIES: Final[Catalogue[Library]] = Catalogue("Library", "Where architectures come from.")
"""The libraries in which ``--network`` looks for a name, in this order."""


def networks_named(name: str) -> list[Network]:
    """Return the architectures that a name may mean, at least one. Raises ImportRefused if there is none.

    ``name``: ``resnet50``, ``timm:resnet50``, or ``package.module:function``, which may have arguments.
    """
    prefix, colon, rest = name.partition(":")
    if colon and prefix not in LIBRARIES.names():
        return [_of_function(name, prefix, rest)]
    libraries = [LIBRARIES.named(prefix)] if colon else list(LIBRARIES)
    missing = [each.name for each in libraries if importlib.util.find_spec(each.name) is None]
    found = [each.find(rest or prefix) for each in libraries if each.name not in missing]
    networks = [network for network in found if network is not None]
    if not networks:
        without = f" ({' and '.join(missing)} not installed: make import)" if missing else ""
        raise ImportRefused(
            f"--network: {name!r} is no architecture of {', '.join(LIBRARIES.names())}{without}; your own "
            "network is package.module:function, or 'package.module:function(10)' with arguments"
        )
    return networks


@contextmanager
def folder_on_path(folder: Path) -> Iterator[None]:
    """Let Python find modules in a folder, as it does for programs that are started there."""
    place = str(folder.resolve())
    sys.path.insert(0, place)
    try:
        yield
    finally:
        sys.path.remove(place)


def _of_function(name: str, module: str, call: str) -> Network:
    path, arguments, named = _parsed(name, call)

    def build() -> torch.nn.Module:
        with folder_on_path(Path.cwd()):
            try:
                found: Any = importlib.import_module(module)
                made: Any = functools.reduce(getattr, path.split("."), found)(*arguments, **named)
            except Exception as error:  # the user's own code may raise anything
                raise ImportRefused(f"--network: {name} could not be called: {error!r}") from error
        if not isinstance(made, torch.nn.Module):
            raise ImportRefused(f"--network: {name} returned {type(made).__name__} and no torch.nn.Module")
        return made

    return Network(name, build, any_classes=False, hints=lambda: Hints(said_by=name))


def _parsed(name: str, call: str) -> tuple[str, list[Any], dict[str, Any]]:
    """Return the dotted name, and the arguments, of ``function`` or ``function(1, name="text")``."""
    try:
        tree = ast.parse(call, mode="eval").body
        if not isinstance(tree, ast.Call):
            return call, [], {}
        arguments = [ast.literal_eval(each) for each in tree.args]
        named = {str(each.arg): ast.literal_eval(each.value) for each in tree.keywords}
        return ast.unparse(tree.func), arguments, named
    except (SyntaxError, ValueError) as error:
        raise ImportRefused(
            f"--network: {name!r} must be package.module:function, with arguments that are plain values "
            "if it needs any: 'package.module:function(10, width=64)'"
        ) from error


def _of_torchvision(name: str) -> Network | None:
    prepare_torchvision()
    from torchvision import models  # noqa: PLC0415 - only once it is prepared

    if name not in models.list_models(module=models):
        return None
    build = functools.partial(models.get_model, name, weights=None)
    hints = functools.partial(torchvision_presets.hints_of_architecture, name)
    return Network(f"torchvision:{name}", build, any_classes=True, hints=hints)


def _of_timm(name: str) -> Network | None:
    prepare_torchvision()
    import timm  # noqa: PLC0415 - as above

    if not timm.is_model(name):
        return None
    build = functools.partial(timm.create_model, name, pretrained=False)
    hints = functools.partial(timm_configs.hints_of_architecture, name)
    return Network(f"timm:{name}", build, any_classes=True, hints=hints)


def _of_transformers(name: str) -> Network | None:
    if not name.endswith("ForImageClassification"):
        return None
    prepare_torchvision()
    import transformers  # noqa: PLC0415 - as above

    kind: Any = getattr(transformers, name, None)
    if kind is None:
        return None

    def build(num_classes: int | None = None) -> torch.nn.Module:
        given = {} if num_classes is None else {"num_labels": num_classes}
        network: torch.nn.Module = kind(kind.config_class(**given))
        return network

    hints = functools.partial(Hints, said_by=f"transformers' {name}")
    return Network(f"transformers:{name}", build, any_classes=True, hints=hints)


LIBRARIES.register(Library("torchvision", _of_torchvision))
LIBRARIES.register(Library("timm", _of_timm))
LIBRARIES.register(Library("transformers", _of_transformers))
