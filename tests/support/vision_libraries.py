"""Import torchvision, timm and transformers, also beside a CPU build of PyTorch."""

from __future__ import annotations

import importlib
from types import ModuleType

from importing.hints.torchvision_import import prepare_torchvision


def vision_module(name: str) -> ModuleType:
    """Import a module of these libraries."""
    prepare_torchvision()
    return importlib.import_module(name)
