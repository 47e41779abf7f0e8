"""Draw Figures 3 and 4b: worst-case classifiers in the plane."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from certificates import DIPOLE, SECOND_ORDER
from figures.drawn_figure import Drawn
from figures.look import COLOUR, HIT, INK, MISS, letter, panels
from figures.numbers.worst_cases import SCORE, SHARES, dipole_case, slab

EDGE: Final = 2.6
"""Half of a panel's side, in sigma."""
NOISE: Final = 2.0
"""Radius of the circle that stands for the noise, in sigma."""
ARROW: Final = 2.0
"""Length of the arrow of the largest gradient, in sigma."""


def figure_3() -> Drawn:
    """Draw the worst cases of second order for three gradients."""
    cases = [slab(SCORE, share) for share in SHARES]
    figure, axes = panels(1, 3, 7.4, 2.75)
    letter(axes, ["largest gradient", "half of it", "no gradient"])
    largest = cases[0].gradient
    for one, case in zip(axes, cases, strict=True):
        _plane(one, [(case.low, case.high)], case.radius, COLOUR[SECOND_ORDER])
        one.set_xlabel(rf"radius {case.radius:.3f} $\sigma$")
        if case.gradient > 0.0:
            one.annotate(
                "",
                (-ARROW * case.gradient / largest, 0.0),
                (0.0, 0.0),
                arrowprops={"arrowstyle": "-|>", "color": COLOUR[SECOND_ORDER], "linewidth": 1.6},
            )
    table = {
        "gradient": [case.gradient for case in cases],
        "slab_low": [case.low for case in cases],
        "slab_high": [case.high for case in cases],
        "radius": [case.radius for case in cases],
    }
    return Drawn(figure, table)


def figure_4b() -> Drawn:
    """Draw the worst case of the dipole certificate."""
    case = dipole_case()
    figure, (axes,) = panels(1, 1, 3.3, 3.3)
    _plane(axes, [(-EDGE, case.edge), (-case.half_width, case.half_width)], case.radius, COLOUR[DIPOLE])
    pairs = [(1.22, 1.75, "neither side hits"), (0.4, -1.2, "both hit"), (1.85, -1.35, "one hits")]
    for x, y, text in pairs:
        axes.plot([x, -x], [y, -y], "-", color=INK, linewidth=0.7)
        for u, v in ((x, y), (-x, -y)):
            hits = u < case.edge or abs(u) < case.half_width
            axes.plot(u, v, "o" if hits else "X", color=INK, markersize=5)
        axes.annotate(text, (x, y), (0, -9), textcoords="offset points", fontsize=7.5, ha="center", va="top")
    axes.set_xlabel(rf"$C^S = 0.7$, $C^N = 0.08$: radius {case.radius:.3f} $\sigma$")
    axes.set_title("Worst case of the dipole certificate")
    table = {
        "half_width": [case.half_width],
        "edge": [case.edge],
        "radius": [case.radius],
    }
    return Drawn(figure, table)


def _plane(axes: Axes, hits: list[tuple[float, float]], radius: float, colour: str) -> None:
    """Draw where the classifier answers the class, the image, its noise and the adversarial point."""
    axes.set_facecolor(MISS)
    for low, high in hits:
        axes.axvspan(max(low, -EDGE), min(high, EDGE), color=HIT, linewidth=0)
        for end in (low, high):
            if abs(end) < EDGE:
                axes.axvline(end, color=INK, linewidth=0.8)
    axes.add_patch(Circle((0.0, 0.0), NOISE, fill=False, linestyle="--", linewidth=1.0, edgecolor=colour))
    axes.plot(0.0, 0.0, "o", color=colour, markersize=6)
    axes.plot(radius, 0.0, "x", color=INK, markersize=6, markeredgewidth=1.6)
    axes.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), aspect="equal", xticks=[], yticks=[])
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
