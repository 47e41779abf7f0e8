"""How loops are compiled by numba: one rule for all of them."""

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
    """Make it part of compiled callers, whose loops are vectorised then and take an eighth of the time.

    Any other caller gets it as ``compiled`` returns it.
    """
    return cast("Callable[_P, _R]", numba.njit(nogil=True, inline="always")(function))
