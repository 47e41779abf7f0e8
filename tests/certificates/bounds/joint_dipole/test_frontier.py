"""The chain of a box dominates every parameter in it that has a small radius, however it leaves the box."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import erf, ndtr, ndtri

from certificates import DipoleCurve, clopper_pearson_lower, clopper_pearson_upper, dipole_edge
from certificates.bounds.joint_dipole.region import Box, frontier, slab_end

Array = NDArray[np.float64]
POINTS = 4001

# Counts (both, one, pairs), the box's error, and the distance in observed radii. Each end of the chain is in
# the box, on its edge or raised to a corner, and each of these is here several times.
CASES = [
    ((1188, 306, 2324), 1.7e-6, 0.041),
    ((494, 364, 883), 0.031, 0.024),
    ((34, 15, 70), 1.4e-6, 0.18),
    ((65, 123, 232), 0.0082, 1.2),
    ((26, 22, 51), 0.07, 0.67),
    ((77, 31, 125), 5.2e-4, 0.73),
    ((24, 6, 33), 2.9e-6, 1.1),
    ((2, 2, 4), 1.9e-4, 1.1),
    ((9, 0, 11), 0.0017, 0.73),
    ((18, 6, 24), 1e-4, 0.16),
    ((64, 48, 112), 5.5e-5, 0.25),
    ((312, 186, 562), 9.4e-6, 0.52),
    ((1637, 469, 2142), 2.6e-4, 1.2),
    ((7823, 17097, 28869), 0.0047, 1.2),
    ((4266, 155, 5197), 1.5e-4, 1.2),
    ((814, 397, 1217), 0.04, 1.0),
    ((28, 16, 46), 5.9e-5, 0.64),
    ((136, 584, 737), 1.7e-5, 0.99),
]


def edge_points(r: float) -> tuple[Array, Array]:
    """Points of the edge ``R = r``, dense at both ends."""
    z = slab_end(r) * np.sin(np.linspace(0.0, 0.5 * math.pi, POINTS)) ** 2
    return np.asarray(erf(z * math.sqrt(0.5))), 2.0 * dipole_edge(r, z)


def boundary_points(box: Box) -> tuple[Array, Array]:
    """Points on the six lines that bound the box."""
    s, d = np.linspace(box.s_low, box.s_high, POINTS), np.linspace(box.d_low, box.d_high, POINTS)
    fixed = [(s, np.full(POINTS, end)) for end in (box.d_low, box.d_high)]
    fixed += [(np.full(POINTS, end), d) for end in (box.s_low, box.s_high)]
    fixed += [(1.0 - u - d, d) for u in (box.u_low, box.u_high)]
    return np.concatenate([one for one, _ in fixed]), np.concatenate([other for _, other in fixed])


def inside(box: Box, s: Array, d: Array) -> NDArray[np.bool_]:
    u = 1.0 - s - d
    fits = (s >= box.s_low) & (s <= box.s_high) & (d >= box.d_low) & (d <= box.d_high)
    return np.asarray(fits & (u >= max(box.u_low, 0.0)) & (u <= box.u_high))


def has_small_radius(r: float, s: Array, d: Array) -> NDArray[np.bool_]:
    z = -ndtri(0.5 * (1.0 - s))
    return np.asarray(ndtr(ndtri(0.5 * d) - r) + ndtr(z - r) - ndtr(-z - r) <= 0.5)


def excess(mass: Array, s: Array, d: Array) -> float:
    """How far ``s`` or ``s + d`` of some point is above the chain; negative where the chain dominates all."""
    at = np.clip(d, mass[1, 0], mass[1, -1])
    chain = np.interp(at, mass[1], mass[0])
    return float(np.maximum(s - chain, s + d - chain - at).max(initial=-math.inf))


@pytest.mark.parametrize(("counts", "gamma", "part"), CASES, ids=str)
@pytest.mark.parametrize("step", [0.35, 2.0])
def test_every_parameter_of_small_radius_is_dominated(
    counts: tuple[int, int, int], gamma: float, part: float, step: float
) -> None:
    both, one, pairs = counts
    box = Box.around(both, one, pairs, gamma)
    r = part * DipoleCurve(both / pairs, one / (2 * pairs)).root()
    mass = frontier(r, box, pairs, step).mass
    s, d = edge_points(r)
    on_edge = inside(box, s, d)
    assert excess(mass, s[on_edge], d[on_edge]) <= 1e-13
    s, d = boundary_points(box)
    within = inside(box, s, d) & has_small_radius(r, s, d)
    assert excess(mass, s[within], d[within]) <= 1e-13
    assert np.all(mass >= 1e-3 / pairs)
    assert np.all((mass[0] <= 1.0) & (mass.sum(axis=0) >= 1.0))
    if part < 1.0:  # no end is raised beyond the set
        assert np.all(mass.sum(axis=0) < 1.0 + 0.1 / pairs)


@pytest.mark.parametrize(("counts", "gamma"), [(counts, gamma) for counts, gamma, _ in CASES], ids=str)
def test_no_parameter_of_the_box_has_a_smaller_radius_than_the_lowest(
    counts: tuple[int, int, int], gamma: float
) -> None:
    box = Box.around(*counts, gamma)
    lowest = box.lowest_radius()
    s, d = boundary_points(box)
    fits = inside(box, s, d)
    if lowest > 0.0:
        assert not has_small_radius(lowest, s[fits], d[fits]).any()
        assert has_small_radius(lowest * (1.0 + 1e-6) + 0.3, s[fits], d[fits]).any()


def test_a_box_has_six_bounds_at_a_sixth_of_its_error() -> None:
    box = Box.around(30, 15, 60, 0.06)
    for count, low, high in (
        (30, box.s_low, box.s_high),
        (15, box.d_low, box.d_high),
        (15, box.u_low, box.u_high),
    ):
        assert low == clopper_pearson_lower(count, 60, 0.01)
        assert high == clopper_pearson_upper(count, 60, 0.01)
