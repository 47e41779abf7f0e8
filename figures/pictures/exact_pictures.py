"""Draw Figures 1a, 1b and 4a: bounds and radii without images."""

from __future__ import annotations

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from certificates import FIRST_ORDER, SECOND_ORDER
from figures.drawn_figure import Drawn
from figures.look import COLOUR, INK, PALE, QUIET, panels
from figures.numbers.exact_bounds import SCORES, Array, ExactRadii, ScoreBounds, exact_radii, score_bounds
from figures.numbers.sampled_bounds import SCORES as SAMPLED_SCORES
from figures.numbers.sampled_bounds import SampledRadii, sampled_radii

FIRST, SECOND = COLOUR[FIRST_ORDER], COLOUR[SECOND_ORDER]
GRADIENT = r"norm of the gradient,  $\sigma\,\|\nabla p_a(x)\|_2$"
RADIUS = r"certified radius,  $\rho\,/\,\sigma$"


def figure_1a() -> Drawn:
    """Draw the lower bounds on the score around an image."""
    bounds = score_bounds()
    figure, (axes,) = panels(1, 1, 4.6, 3.3)
    axes.axhline(0.0, color=INK, linewidth=0.8)
    axes.plot(bounds.r, bounds.first_order, color=FIRST, linestyle="--")
    axes.plot(bounds.r, bounds.no_gradient, color=SECOND)
    for line in (bounds.first_order, bounds.no_gradient):
        axes.plot(_crossing(bounds, line), 0.0, "o", color=INK, markersize=4, clip_on=False)
    axes.text(0.60, -0.13, f"{_crossing(bounds, bounds.first_order):.3f}", ha="center", va="top")
    axes.text(1.20, 0.06, f"{_crossing(bounds, bounds.no_gradient):.3f}", ha="left", va="bottom")
    axes.text(0.36, 0.33, "score alone\n(first order)", color=FIRST, ha="right", va="top")
    axes.text(0.72, 0.50, "and gradient 0\n(second order)", color=SECOND)
    axes.text(0.02, 0.02, "decision boundary, score 1/2", fontsize=7.5, va="bottom", color=INK)
    axes.set(
        xlim=(0.0, 1.5),
        xlabel=r"distance from the image,  $\|x' - x\|_2\,/\,\sigma$",
        ylabel=r"lower bound on  $\Phi^{-1}(p_a(x'))$",
    )
    axes.set_title(r"Score $p_a(x) = 0.8$ at the image")
    table = {"r": bounds.r, "first_order": bounds.first_order, "second_order_gradient_0": bounds.no_gradient}
    return Drawn(figure, {name: column.tolist() for name, column in table.items()})


def figure_1b() -> Drawn:
    """Draw the radii by score and gradient."""
    lines = [exact_radii(score) for score in SCORES]
    figure, (axes,) = panels(1, 1, 4.6, 3.7)
    for line in lines:
        axes.plot([0.0, line.gradient[-1]], [line.first_order] * 2, "--", color=FIRST, linewidth=1.1)
        axes.plot(line.gradient, line.second_order, color=SECOND)
        axes.plot(line.gradient[-1], line.first_order, "o", color=SECOND, markersize=3)
        _tell_score(axes, line.score, line.gradient[-1], line.first_order)
    _label(axes, [_key("second order", SECOND), _key("first order", FIRST, "--")])
    axes.set_title("Radii where score and gradient are known")
    return Drawn(figure, _stacked(lines))


def figure_4a() -> Drawn:
    """Draw the radii of 10^8 samples in 49 dimensions."""
    lines = [sampled_radii(score) for score in SAMPLED_SCORES]
    figure, (axes,) = panels(1, 1, 4.6, 3.9)
    for line in lines:
        exact = exact_radii(line.score)
        axes.plot(exact.gradient, exact.second_order, ":", color=QUIET, linewidth=1.2)
        axes.plot([0.0, line.gradient[-1]], [line.first_order] * 2, "--", color=FIRST, linewidth=1.1)
        axes.plot(line.gradient, line.paper, color=PALE[SECOND_ORDER])
        axes.plot(line.gradient, line.tight, color=SECOND, linewidth=1.2)
        _tell_score(axes, line.score, line.gradient[-1], line.first_order)
    _label(
        axes,
        [
            _key("score and gradient known", QUIET, ":"),
            _key("second order, tight bounds", SECOND),
            _key("second order, the paper's bounds", PALE[SECOND_ORDER]),
            _key("first order", FIRST, "--"),
        ],
    )
    axes.set_title(r"Radii from $N = 10^8$ samples,  $d = 49$,  $\eta = 0.001$")
    return Drawn(figure, _stacked_samples(lines))


def _crossing(bounds: ScoreBounds, line: Array) -> float:
    """Return the distance where a falling line is 0."""
    return float(np.interp(0.0, line[::-1], bounds.r[::-1]))


def _tell_score(axes: Axes, score: float, x: float, y: float) -> None:
    text = f"{score:g}" if score < 0.99 else rf"$p_a(x) = {score:g}$"
    axes.annotate(text, (x, y), (6, 0), textcoords="offset points", va="center", fontsize=8)


def _key(text: str, colour: str, style: Literal["-", "--", ":"] = "-") -> Line2D:
    return Line2D([], [], color=colour, linestyle=style, label=text)


def _label(axes: Axes, lines: list[Line2D]) -> None:
    axes.legend(handles=lines, loc="upper right")
    axes.set(xlim=(0.0, 0.44), ylim=(0.0, 3.0), xlabel=GRADIENT, ylabel=RADIUS)


def _stacked(lines: list[ExactRadii]) -> dict[str, list[object]]:
    return {
        "score": [line.score for line in lines for _ in line.gradient],
        "gradient": [value for line in lines for value in line.gradient.tolist()],
        "first_order": [line.first_order for line in lines for _ in line.gradient],
        "second_order": [value for line in lines for value in line.second_order.tolist()],
    }


def _stacked_samples(lines: list[SampledRadii]) -> dict[str, list[object]]:
    return {
        "score": [line.score for line in lines for _ in line.gradient],
        "gradient": [value for line in lines for value in line.gradient.tolist()],
        "first_order": [line.first_order for line in lines for _ in line.gradient],
        "second_order_paper": [value for line in lines for value in line.paper.tolist()],
        "second_order_tight": [value for line in lines for value in line.tight.tolist()],
    }
