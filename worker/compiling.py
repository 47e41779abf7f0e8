"""How loops are compiled by numba: one rule for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile at the first call. ``fastmath`` stays off: nothing may be fused or put into another order."""
    return cast("Callable[_P, _R]", numba.njit(nogil=True)(function))


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make it part of its callers' loops, which are vectorised then, and take an eighth of the time."""
    return cast("Callable[_P, _R]", numba.njit(inline="always")(function))


def as_part(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return what ``compiled`` has returned once more, ``inlined``."""
    return inlined(cast("Any", function).py_func)
