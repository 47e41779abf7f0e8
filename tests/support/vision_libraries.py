"""Import torchvision, timm and transformers, also beside a CPU build of PyTorch."""

from __future__ import annotations

import importlib
from typing import Any

from importing.hints.torchvision_import import prepare_torchvision


class VisionModule:
    """A module of these libraries, imported when something of it is first used.

    Every process of the suite collects all tests, and few run those that need these libraries.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):  # pytest looks at all that a module of tests holds
            raise AttributeError(attribute)
        prepare_torchvision()
        return getattr(importlib.import_module(self._name), attribute)
