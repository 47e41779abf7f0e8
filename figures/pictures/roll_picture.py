"""Draw Figure 2: certificates of points of the Swiss roll, as discs."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Annulus, Circle
from numpy.typing import NDArray

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds
from figures.drawn_figure import Drawn
from figures.laboratory import Laboratory, Setting
from figures.look import INK, letter, panels
from figures.pictures.gain_pictures import TITLE, power
from figures.test_sets import swiss_roll

Array = NDArray[np.float64]

STRONG: Final = ("#a8322b", "#1f5f99")
"""Colours of the two classes, as in the paper: red and blue."""
PALE: Final = ("#e9b4ae", "#a9c9e6")
SIGMA: Final = 0.05
"""What the model was trained with, in units of the square [-1, 1] x [-1, 1]."""
APART: Final = 0.12
"""Least distance of the centres of two discs. A choice: closer ones would hide each other."""


def figure_2(laboratory: Laboratory, points: int, n: int) -> Drawn:
    """Draw first order's discs, and around them the rings that second order and dipole add."""
    setting = Setting("swiss-roll", points, "swiss-roll", SIGMA, n)
    made = swiss_roll(points)
    if made.y is None:
        raise ValueError("the points of the Swiss roll have classes")
    first = laboratory.radii(setting, FIRST_ORDER, Bounds.TIGHT)
    others = {one: laboratory.radii(setting, one, Bounds.TIGHT) for one in (SECOND_ORDER, DIPOLE)}
    figure, axes = panels(1, 2, 7.4, 3.95, sharex=True, sharey=True)
    letter(axes, [f"{TITLE[one]} beside first order" for one in others])
    for panel, radii in zip(axes, others.values(), strict=True):
        _discs(panel, np.asarray(made.x, dtype=np.float64), made.y, first, radii)
        panel.set_xlabel(_told(first, radii))
    figure.suptitle(rf"Swiss roll,  {power(n)},  $\sigma = {SIGMA:g}$,  $\eta = 0.001$", x=0.01, ha="left")
    table = {
        "x": made.x[:, 0].tolist(),
        "y": made.x[:, 1].tolist(),
        "class": made.y.tolist(),
        "first_order": first.tolist(),
        **{one.name: radii.tolist() for one, radii in others.items()},
    }
    return Drawn(figure, table)


def _discs(axes: Axes, x: Array, y: NDArray[np.int64], first: Array, radii: Array) -> None:
    drawn: list[list[float]] = []
    for index, (centre, label) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        inner, outer = first[index], radii[index]
        colour = STRONG[label] if max(inner, outer) > 0.0 else INK
        axes.plot(*centre, ".", color=colour, markersize=2.5, zorder=3)
        if outer <= 0.0 or any(math.dist(centre, other) < APART for other in drawn):
            continue
        drawn.append(centre)
        if inner > 0.0:
            axes.add_patch(Circle(centre, min(inner, outer), facecolor=PALE[label], linewidth=0))
        if outer > inner:
            ring = Annulus(centre, outer, outer - inner, facecolor=STRONG[label], linewidth=0)
            axes.add_patch(
                ring if inner > 0.0 else Circle(centre, outer, facecolor=STRONG[label], linewidth=0)
            )
    axes.set(aspect="equal", xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), xticks=[], yticks=[])
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _told(first: Array, radii: Array) -> str:
    return (
        f"mean radius {radii.mean():.4f}, first order {first.mean():.4f}"
        f" ({100 * (radii.mean() / first.mean() - 1):+.1f} %)"
    )
