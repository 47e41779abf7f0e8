"""Bound the set of pair probabilities whose dipole radius is at most ``r`` by a chain of tangent segments.

A pair hits on both sides (probability ``s``), on one (``d``) or on none (``u``). For a fixed distance the
dipole curve ``L(r; s, d/2)`` is a convex function of ``(s, d)``. So the set ``{R <= r} = {L <= 1/2}`` is
convex, and every tangent of ``L`` gives a half-plane that contains it. For an event whose probability does
not fall when a pair moves from none to one, or from one to both, the largest probability over the set lies on
its upper frontier. Tangent segments bound that frontier from outside: docs/theorems.md, Theorem 5, steps 1 to
3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, ndtr, ndtri

from certificates.bounds.clopper_pearson import clopper_pearson_lower, clopper_pearson_upper
from certificates.curves.lower_bounds import DipoleCurve, dipole_edge

Array = NDArray[np.float64]

_GRID = 65
_REFINED = 33
"""Points in each half of a curve, and in each refinement. Choices; they only decide how sharp the chain
is."""
_RAMP: Array = np.linspace(0.0, 1.0, _GRID) ** 2
_SHARES: Array = np.sort(np.concatenate([0.5 * _RAMP, 1.0 - 0.5 * _RAMP[:-1]]))
_FLOOR = 1e-3
"""Probabilities are kept above this many counts in ``n`` pairs, so that ratios of neighbours stay finite."""


@dataclass(frozen=True, slots=True)
class Box:
    """Confidence limits for the probabilities of both, one and none, with joint confidence ``1 - gamma``."""

    s_low: float
    s_high: float
    d_low: float
    d_high: float
    u_low: float
    u_high: float

    @classmethod
    def around(cls, both: int, one: int, pairs: int, gamma: float) -> Box:
        """Return six Clopper-Pearson bounds at ``gamma / 6`` each."""
        limits = [
            bound(count, pairs, gamma / 6.0)
            for count in (both, one, pairs - both - one)
            for bound in (clopper_pearson_lower, clopper_pearson_upper)
        ]
        return cls(*limits)

    def lowest_radius(self) -> float:
        """Return a radius, in units of sigma, that no parameters in the box fall below.

        Every point of the box has at least this ``s`` and this ``s + d``, and the radius grows with both.
        """
        hit = max(self.s_low + self.d_low, 1.0 - self.u_high) - 1e-15
        s = max(self.s_low, hit - self.d_high)
        return DipoleCurve(max(s, 0.0), max(0.5 * (hit - s) - 1e-15, 0.0)).root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """Vertices of a chain that dominates ``{R <= r}`` inside a box.

    Each point ``(s, d, 1 - s - d)`` of the set results from a point of the chain by moving probability from
    better to worse outcomes. The rows of ``mass``, shape (3, vertices), are ``s``, ``d`` and ``u``, each
    raised to at least a thousandth of a count; a column may add up to slightly more than 1.
    """

    mass: Array


def frontier(r: float, box: Box, pairs: int, step: float) -> Frontier:
    """Return the chain for a distance ``r > 0``; neighbours are about ``step`` standard deviations apart.

    A segment touches the edge at its middle. The first and the last segment touch it at their outer end if
    the chain leaves the box there, so that this end can be shown to be outside. If that fails, the end is
    raised to a corner that dominates the rest.
    """
    floor = _FLOOR / pairs
    s_edge, d_edge = _edge(r, box)
    d_first = max(box.d_low, d_edge[0], 1.0 - box.u_high - s_edge[0] - 0.1 * floor)
    d_last = min(box.d_high, d_edge[-1], 1.0 - box.u_low - s_edge[-1])
    d_first = min(d_first, d_last)
    nodes = _nodes(s_edge, d_edge, d_first, d_last, pairs, step)
    touch = 0.5 * (nodes[1:] + nodes[:-1])
    if d_first > box.d_low and s_edge[0] + d_first <= 1.0 - box.u_high:
        touch[0] = d_first
    if d_last < box.d_high and s_edge[-1] <= box.s_low:
        touch[-1] = d_last
    touch = np.maximum(touch, floor)
    left, right = _tangents(r, np.interp(touch, d_edge, s_edge), touch, nodes)
    s = np.maximum(np.append(left, -1.0), np.insert(right, 0, -1.0))
    if d_first > box.d_low and s[0] + d_first > 1.0 - box.u_high:
        s[0] = max(s[0], box.s_high)
    if d_last < box.d_high and s[-1] > box.s_low:
        s[-1] = max(s[-1], 1.0 - box.u_low - d_last)
    s = np.minimum(s + 1e-15, 1.0)
    mass = np.stack([s, nodes, np.maximum(1.0 - s - nodes, 0.0) + 1e-15])
    return Frontier(np.maximum(mass, floor))


def _edge(r: float, box: Box) -> tuple[Array, Array]:
    """Return points of the edge, by rising ``d``, that cover its part inside the box, if there is one."""
    z_end = slab_end(r)
    z_low = -float(ndtri(0.5 * (1.0 - box.s_low)))
    z_high = min(-float(ndtri(0.5 * (1.0 - box.s_high))), z_end)
    z_low = min(z_low, z_high)
    z_low = max(z_low - 1e-6 * (z_high - z_low), 0.0)
    first = _crossing(r, z_high, z_low, lambda s, d: (d >= box.d_low) & (s + d >= 1.0 - box.u_high))
    last = _crossing(r, z_low, z_high, lambda s, d: (d <= box.d_high) & (s + d <= 1.0 - box.u_low))
    z = _ramps(first, min(first, last))
    s, d = _on_edge(r, z)
    return s, np.maximum.accumulate(d)


def _crossing(
    r: float, outside: float, inside: float, fits: Callable[[Array, Array], NDArray[np.bool_]]
) -> float:
    """Return the ``z`` just before the first point that ``fits``, from ``outside`` towards ``inside``."""
    z = _ramps(outside, inside)
    for _ in range(4):
        first = int(np.argmax(np.append(fits(*_on_edge(r, z)), True)))
        if first == 0:
            break
        outside, inside = float(z[max(first - 2, 0)]), float(z[min(first, len(z) - 1)])
        z = np.linspace(outside, inside, _REFINED)
    return outside


def _on_edge(r: float, z: Array) -> tuple[Array, Array]:
    return np.asarray(erf(z * math.sqrt(0.5)), dtype=np.float64), 2.0 * dipole_edge(r, z)


def _ramps(start: float, stop: float) -> Array:
    """Return points from ``start`` to ``stop``, dense at both ends."""
    return start + (stop - start) * _SHARES


@lru_cache(maxsize=16)
def slab_end(r: float) -> float:
    """Return approximately the half-width ``z`` of the slab whose mass at distance ``r`` is 1/2."""
    low, high = r, r + 1.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        if ndtr(-middle - r) - 0.5 * erf((middle - r) * math.sqrt(0.5)) > 0.0:
            low = middle
        else:
            high = middle
    return high


def _nodes(s: Array, d: Array, first: float, last: float, pairs: int, step: float) -> Array:
    """Return values of ``d`` from ``first`` to ``last``, ``step`` apart in ``2 sqrt(n p)`` over all ``p``."""
    inner = np.concatenate([[first], d[(d > first) & (d < last)], [last]])
    s_inner = np.interp(inner, d, s)
    mass = np.maximum(np.stack([s_inner, inner, 1.0 - s_inner - inner]), _FLOOR / pairs)
    arc = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(2.0 * np.sqrt(pairs * mass), axis=1), axis=0)))
    pieces = int(np.clip(math.ceil(arc[-1] / step), 2, 256))
    nodes = np.interp(np.linspace(0.0, arc[-1], pieces + 1), arc, inner)
    nodes[0], nodes[-1] = first, last
    return np.asarray(nodes, dtype=np.float64)


def _tangents(r: float, s: Array, d: Array, nodes: Array) -> tuple[Array, Array]:
    """Return the ``s`` of each segment's tangent at its left and its right node, rounded up.

    The tangent of ``L`` at the point ``(s, d)`` of a segment says ``L + a (s' - s) + b (d' - d) <= 1/2`` for
    every ``(s', d')`` of the set, with ``a = exp(-r^2/2) cosh(z r)`` and ``b = exp(y r - r^2/2) / 2``, where
    ``z = Phi^-1((1 + s)/2)`` and ``y = Phi^-1(d/2)``.
    """
    y, z = ndtri(0.5 * d), -ndtri(0.5 * (1.0 - s))
    level = ndtr(y - r) - ndtr(-z - r) + 0.5 * erf((z - r) * math.sqrt(0.5))
    a = 0.5 * (np.exp(z * r - 0.5 * r * r) + np.exp(-z * r - 0.5 * r * r))
    b = 0.5 * np.exp(y * r - 0.5 * r * r)

    def on_tangent(d_node: Array) -> Array:
        shift = b * (d - d_node)
        return np.asarray(s + (shift - level + 1e-14 + 1e-13 * np.abs(shift)) / a, dtype=np.float64)

    return on_tangent(nodes[:-1]), on_tangent(nodes[1:])
