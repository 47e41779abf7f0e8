"""Make torchvision importable also where its compiled operators do not fit the installed PyTorch."""

from __future__ import annotations

import functools
import importlib
import importlib.util

import torch

_DECLARED_BY_IT = ("nms", "qnms")
"""Operators that torchvision's Python part describes on import and its compiled part declares."""


@functools.cache
def prepare_torchvision() -> None:
    """Import torchvision, if it is installed; to be called before timm or transformers are imported.

    torchvision's CUDA build beside PyTorch's CPU build cannot load its compiled operators, and importing it
    fails for want of their declarations. Classifiers use none of these operators (they are for detection), so
    they are declared here, without a body, and the rest of torchvision works.
    """
    if importlib.util.find_spec("torchvision") is None:
        return
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
        for name in _DECLARED_BY_IT:
            _LIBRARY.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]  # untyped in PyTorch
        importlib.import_module("torchvision")


_LIBRARY = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]  # as above
