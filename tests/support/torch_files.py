"""Small networks of PyTorch, and the files that they are kept in."""

from __future__ import annotations

import io
import os
import pickle
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

SHAPE = (3, 16, 16)
CLASSES = 5


def any_network(classes: int) -> torch.nn.Module:
    """A network of the form of ``small_network`` for another number of classes."""
    network = small_network()
    assert isinstance(network, torch.nn.Sequential)
    network[-1] = torch.nn.Linear(8, classes)
    return network


def small_network() -> torch.nn.Module:
    """A convolutional network for pictures of any size and five classes; its weights are always the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        return torch.nn.Sequential(
            torch.nn.Conv2d(3, 8, 3, 2),
            torch.nn.BatchNorm2d(8),
            torch.nn.ReLU(),
            torch.nn.AdaptiveAvgPool2d(1),
            torch.nn.Flatten(),
            torch.nn.Linear(8, CLASSES),
        ).eval()


def other_network() -> torch.nn.Module:
    """A network whose weights are not those of ``small_network``."""
    return torch.nn.Linear(2, 2)


def no_network() -> str:
    """Nothing that can compute."""
    return "a string"


def batch(rows: int = 2) -> torch.Tensor:
    return torch.rand(rows, *SHAPE, generator=torch.Generator().manual_seed(1))


def write_traced(path: Path, network: torch.nn.Module, given: torch.Tensor) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyTorch advises torch.export over TorchScript
        torch.jit.save(torch.jit.trace(network, given), path)  # type: ignore[no-untyped-call]
    return path


def write_scripted(path: Path, network: torch.nn.Module) -> Path:
    path.write_bytes(scripted(network))
    return path


def scripted(network: torch.nn.Module) -> bytes:
    """The bytes of a network in TorchScript."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # as above
        torch.jit.save(torch.jit.script(network), out)
    return out.getvalue()


def write_program(path: Path, network: torch.nn.Module, given: torch.Tensor) -> Path:
    path.write_bytes(program(network, given))
    return path


def program(network: torch.nn.Module, given: torch.Tensor) -> bytes:
    """The bytes of a program of torch.export for any number of rows; for one row if one is given."""
    out = io.BytesIO()
    dynamic = ({0: torch.export.Dim("rows", max=4096)},) if len(given) > 1 else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, about a registry of trees that it renames
        torch.export.save(torch.export.export(network, (given,), dynamic_shapes=dynamic), out)
    return out.getvalue()


class WritesAFile:
    """An object whose unpickling writes a file: what a hostile pickle does."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.target),)


def hostile_pickle(target: Path, protocol: int = 2) -> bytes:
    """A pickle that makes the folder ``target`` when it is opened."""
    return pickle.dumps({"weight": WritesAFile(target)}, protocol=protocol)


def hostile_torch_save(target: Path, *, archive: bool = True) -> bytes:
    """What torch.save writes of an object that makes the folder ``target`` when it is opened."""
    out = io.BytesIO()
    torch.save({"weight": WritesAFile(target)}, out, _use_new_zipfile_serialization=archive)
    return out.getvalue()


def changed_member(data: bytes, end: str, content: bytes) -> bytes:
    """The archive with another content in the member whose name has this end, or with that member added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        names = source.namelist()
        for name in names:
            target.writestr(name, content if name.endswith(end) else source.read(name))
        if not any(name.endswith(end) for name in names):
            target.writestr(f"{names[0].partition('/')[0]}/{end}", content)
    return out.getvalue()
