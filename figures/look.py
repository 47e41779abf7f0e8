"""What all figures have in common: colours, fonts, sizes of axes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Certifier

INK: Final = "#222222"
QUIET: Final = "#888888"
HIT: Final = "#cfe3f1"
"""Where a classifier answers the class."""
MISS: Final = "#f6dccf"
COLOUR: Final[dict[Certifier, str]] = {
    FIRST_ORDER: "#555555",
    SECOND_ORDER: "#0072B2",
    DIPOLE: "#D55E00",
}
"""First order is dashed in all figures, so that no line is told by its colour alone."""
PALE: Final[dict[Certifier, str]] = {FIRST_ORDER: "#bbbbbb", SECOND_ORDER: "#8cc3e3", DIPOLE: "#f0b48c"}
"""The same with the bounds of the paper."""

_STYLE: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "text.color": INK,
    "svg.fonttype": "path",
    "figure.facecolor": "white",
    "mathtext.fontset": "dejavusans",
}


def look() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in the common style, whatever the user's own is."""
    return style.context(["default", _STYLE])


def panels(rows: int, columns: int, width: float, height: float, **shared: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure of ``width`` x ``height`` inches, and its panels from left to right, row by row."""
    figure = Figure(figsize=(width, height), layout="constrained")
    found = figure.subplots(rows, columns, squeeze=False, **shared)
    return figure, [axes for row in found for axes in row]


def letter(axes: Sequence[Axes], titles: Sequence[str]) -> None:
    """Title the panels (a), (b), ..."""
    for index, (one, title) in enumerate(zip(axes, titles, strict=True)):
        one.set_title(f"({chr(ord('a') + index)}) {title}")
