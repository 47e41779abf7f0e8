"""Draw Figures 5 to 13: histograms of how radii differ from those of first order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds, Certifier
from figures.drawn_figure import Drawn
from figures.laboratory import Laboratory, Setting
from figures.look import COLOUR, INK, PALE, QUIET, panels
from figures.numbers.radius_gains import PERCENT, Gains, gains

TITLE: Final[dict[Certifier, str]] = {
    FIRST_ORDER: "first order",
    SECOND_ORDER: "second order",
    DIPOLE: "dipole",
}
WIDTH: Final = 0.42
"""Of a bar: two stand side by side over each per cent."""

Pair = tuple[Gains, Gains]
"""With the bounds of the paper, and with the tight ones."""


def figure_of_gains(
    laboratory: Laboratory, title: str, settings: Sequence[Setting], certifiers: Sequence[Certifier]
) -> Drawn:
    """Draw a row of panels for each setting, a column for each certifier."""
    found = [(each, one, _pair(laboratory, each, one)) for each in settings for one in certifiers]
    rows, columns = len(settings), len(certifiers)
    figure, axes = panels(rows, columns, 3.7 * columns, 1.7 * rows + 0.95, sharex=True, sharey="row")
    for panel, (setting, certifier, pair) in zip(axes, found, strict=True):
        _bars(panel, certifier, pair)
        panel.set_title(f"{TITLE[certifier]},  {power(setting.n)}" + _sigma(settings, setting))
    for panel in axes[-columns:]:
        panel.set_xlabel("change of the radius, per cent")
    for panel in axes[::columns]:
        panel.set_ylabel("share of images")
    handles = [
        Patch(facecolor=colours[one], label=f"{TITLE[one]}, {name}")
        for one in certifiers
        for name, colours in (("the paper's bounds", PALE), ("tight bounds", COLOUR))
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    explained = "numbers in the panels: the paper's bounds → tight bounds"
    figure.suptitle(f"{title}\n{explained}", x=0.01, ha="left", fontsize=9.0)
    return Drawn(figure, _table(found))


def _pair(laboratory: Laboratory, setting: Setting, certifier: Certifier) -> Pair:
    first = laboratory.radii(setting, FIRST_ORDER, Bounds.TIGHT)
    return (
        gains(first, laboratory.radii(setting, certifier, Bounds.PAPER)),
        gains(first, laboratory.radii(setting, certifier, Bounds.TIGHT)),
    )


def _bars(axes: Axes, certifier: Certifier, pair: Pair) -> None:
    for side, one, colour in zip((-0.5, 0.5), pair, (PALE[certifier], COLOUR[certifier]), strict=True):
        axes.bar(PERCENT + side * WIDTH, one.shares, WIDTH, color=colour)
    axes.axvline(0.0, color=QUIET, linewidth=0.7, linestyle=":")
    axes.set_xticks(
        PERCENT, ["<−4", *(f"{percent:+d}" if percent else "0" for percent in PERCENT[1:-1]), ">4"]
    )
    axes.set_ylim(0.0, 1.55)
    axes.set_yticks([0.0, 0.5, 1.0], ["0", "50 %", "100 %"])
    axes.grid(visible=False, axis="x")
    paper, tight = pair
    lines = ["gain >1 %: ", "lose >1 %: ", "mean radius: "]
    lines[0] += f"{_share(paper.gaining)} → {_share(tight.gaining)}"
    lines[1] += f"{_share(paper.losing)} → {_share(tight.losing)}"
    lines[2] += f"{100 * paper.mean:+.1f} % → {100 * tight.mean:+.1f} %"
    axes.text(0.02, 0.95, "\n".join(lines), transform=axes.transAxes, va="top", fontsize=7.2, color=INK)
    axes.text(
        0.98, 0.95, f"{tight.rows} images", transform=axes.transAxes, va="top", ha="right", fontsize=7.2
    )


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"


def power(n: int) -> str:
    """Return a number of samples as a title has it."""
    exponent = round(math.log10(n))
    return rf"$N = 10^{exponent}$" if 10**exponent == n else f"N = {n:,}"


def _sigma(settings: Sequence[Setting], setting: Setting) -> str:
    return rf",  $\sigma = {setting.sigma:g}$" if len({each.sigma for each in settings}) > 1 else ""


def _table(found: Sequence[tuple[Setting, Certifier, Pair]]) -> dict[str, list[object]]:
    rows = [
        (setting, certifier, bounds, one)
        for setting, certifier, pair in found
        for bounds, one in zip((Bounds.PAPER, Bounds.TIGHT), pair, strict=True)
    ]
    table: dict[str, list[object]] = {
        "model": [setting.model for setting, *_ in rows],
        "sigma": [setting.sigma for setting, *_ in rows],
        "n": [setting.n for setting, *_ in rows],
        "certifier": [certifier.name for _, certifier, *_ in rows],
        "bounds": [bounds.value for *_, bounds, _ in rows],
        "images": [one.rows for *_, one in rows],
        "gaining": [one.gaining for *_, one in rows],
        "losing": [one.losing for *_, one in rows],
        "mean": [one.mean for *_, one in rows],
    }
    for place, percent in enumerate(PERCENT):
        table[f"{percent:+d}%"] = [float(one.shares[place]) for *_, one in rows]
    return table
