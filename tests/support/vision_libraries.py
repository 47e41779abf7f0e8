"""Import torchvision, timm and transformers where they are installed, also beside a CPU build of PyTorch.

torchvision's wheel is built for CUDA. Beside a CPU build of PyTorch its compiled operators do not load, and
its import fails at two of them, which no preprocessing calls. Declaring them lets the import pass.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

import pytest
import torch

_declared: list[torch.library.Library] = []
"""Kept, since an operator lives as long as the library that declares it."""


def vision_module(name: str) -> ModuleType:
    """Import a module of these libraries; skip the test module visibly if its library is not installed."""
    for package in ("torchvision", name.partition(".")[0]):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: make import", allow_module_level=True)
    if "torchvision" not in sys.modules:
        _import_torchvision()
    return importlib.import_module(name)


def _import_torchvision() -> None:
    try:
        importlib.import_module("torchvision")
    except RuntimeError:  # an operator does not exist
        operators = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for name in ("nms", "qnms"):
            schema = f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            operators.define(schema)  # type: ignore[no-untyped-call]
        _declared.append(operators)
        importlib.import_module("torchvision")
