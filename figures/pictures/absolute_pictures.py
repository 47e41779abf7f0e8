"""Draw Figures 14 and 15: certified accuracy against radius."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from certificates import FIRST_ORDER, Bounds, Certifier
from figures.drawn_figure import Drawn
from figures.laboratory import Laboratory, Setting
from figures.look import COLOUR, PALE, panels
from figures.numbers.radius_gains import certified_share
from figures.pictures.gain_pictures import TITLE, power

Array = NDArray[np.float64]

WHOSE: Final = {Bounds.PAPER: "the paper's", Bounds.TIGHT: "tight"}
POINTS: Final = 161
COLUMNS: Final = ("n", "certifier", "bounds", "row", "radius")


class Line(NamedTuple):
    """A line of a panel: whose radii, and how it is drawn."""

    certifier: Certifier
    bounds: Bounds
    colour: str
    width: float


def figure_of_accuracy(
    laboratory: Laboratory, title: str, settings: Sequence[Setting], certifiers: Sequence[Certifier]
) -> Drawn:
    """Draw a row of panels for each setting, a column for each certifier, beside first order.

    A small panel in each shows how far each image's radius is from that of first order.
    """
    rows, columns = len(settings), len(certifiers)
    figure, axes = panels(rows, columns, 3.7 * columns, 2.1 * rows + 0.75, sharex=True, sharey=True)
    table: dict[str, list[object]] = {name: [] for name in COLUMNS}
    cases = [(setting, certifier) for setting in settings for certifier in certifiers]
    furthest = 0.0
    for panel, (setting, certifier) in zip(axes, cases, strict=True):
        lines = (
            Line(certifier, Bounds.PAPER, PALE[certifier], 2.4),
            Line(certifier, Bounds.TIGHT, COLOUR[certifier], 1.4),
            Line(FIRST_ORDER, Bounds.TIGHT, COLOUR[FIRST_ORDER], 1.1),
        )
        found = [laboratory.radii(setting, line.certifier, line.bounds) for line in lines]
        furthest = max(furthest, *(float(radii.max()) for radii in found))
        _shares(panel, lines, found)
        _differences(panel, lines, found)
        panel.set_title(f"{TITLE[certifier]},  {power(setting.n)}")
        for line, radii in zip(lines, found, strict=True):
            run = (setting.n, line.certifier.name, line.bounds.value)
            told = ((*run, row, radius) for row, radius in enumerate(radii.tolist()))
            for name, cells in zip(COLUMNS, zip(*told, strict=True), strict=True):
                table[name] += cells
    for panel in axes[-columns:]:
        panel.set_xlabel("radius, in pixels from 0 to 1")
    for panel in axes[::columns]:
        panel.set_ylabel("certified accuracy")
    axes[0].set_xlim(0.0, 1.05 * furthest)
    handles = [handle for panel in axes[:columns] for handle in panel.get_legend_handles_labels()[0]]
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    figure.suptitle(title, x=0.01, ha="left", fontsize=9.5)
    return Drawn(figure, table)


def _shares(panel: Axes, lines: Sequence[Line], found: Sequence[Array]) -> None:
    at = np.linspace(0.0, 1.05 * max(radii.max() for radii in found), POINTS)
    for line, radii in zip(lines, found, strict=True):
        style = "--" if line.certifier is FIRST_ORDER else "-"
        of = "" if line.certifier is FIRST_ORDER else f", {WHOSE[line.bounds]} bounds"
        panel.step(
            at,
            certified_share(radii, at),
            style,
            where="post",
            color=line.colour,
            linewidth=line.width,
            label=TITLE[line.certifier] + of,
        )
    panel.set_ylim(0.0, 1.0)


def _differences(panel: Axes, lines: Sequence[Line], found: Sequence[Array]) -> None:
    first = found[-1]
    high = np.mean(first > 0.5 * first.max()) > 0.5
    inner = panel.inset_axes((0.12, 0.14, 0.42, 0.44) if high else (0.56, 0.5, 0.42, 0.44))
    inner.axhline(0.0, color=COLOUR[FIRST_ORDER], linewidth=0.8, linestyle="--")
    for line, radii in zip(lines[:-1], found[:-1], strict=True):
        either = (radii > 0.0) | (first > 0.0)
        inner.plot(first[either], (radii - first)[either], ".", color=line.colour, markersize=3)
    inner.set_title("change of the radius, by first order's", fontsize=6.5, loc="right", pad=2)
    inner.tick_params(labelsize=6.0, length=2, pad=1.5)
    inner.grid(visible=False)
