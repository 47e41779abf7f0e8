"""Curves of certified accuracy as PNG: what certificates/reports/curve_picture.py draws as SVG, in pixels."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from certificates.reports import curve_picture as svg
from certificates.reports.curve_picture import Axes, Line

if TYPE_CHECKING:
    from matplotlib import axes as mpl
    from matplotlib.figure import Figure

PIXELS: Final = 2
"""Pixels for each unit of the SVG picture. A choice: sharp on paper at the picture's size."""
_DPI: Final = 72 * PIXELS
_FONT: Final = "DejaVu Sans"
"""It comes with matplotlib."""
_drawing = threading.Lock()
"""Fonts of matplotlib may be used by one thread at a time."""


def draw_png(title: str, axes: Axes, lines: Sequence[Line]) -> bytes:
    """Return a PNG picture with the places and colours of the SVG picture. Needs matplotlib.

    Characters that the font does not have are replaced.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - large, and few ask for it
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _drawing, rc_context({"font.family": _FONT, "font.size": 13, "text.parse_math": False}):
        figure = Figure((svg.WIDTH / 72, svg.HEIGHT / 72), dpi=_DPI, facecolor="white")
        figure.text(svg.LEFT / svg.WIDTH, 1 - 24 / svg.HEIGHT, _known(title), size=16, color=svg.INK)
        _draw(_room(figure, axes), lines)
        for place, line in enumerate(lines):
            _legend(figure, 46 + 20 * place, line)
        written = io.BytesIO()
        figure.savefig(written, format="png", dpi=_DPI)
    return written.getvalue()


def _room(figure: Figure, axes: Axes) -> mpl.Axes:
    """Return axes at the place of those of the SVG picture."""
    width = (svg.WIDTH - svg.LEFT - svg.RIGHT) / svg.WIDTH
    height = (svg.HEIGHT - svg.TOP - svg.BOTTOM) / svg.HEIGHT
    room = figure.add_axes((svg.LEFT / svg.WIDTH, svg.BOTTOM / svg.HEIGHT, width, height))
    room.spines[["top", "right"]].set_visible(False)
    room.grid(color=svg.GRID)
    room.set_axisbelow(True)
    room.set_xlabel(axes.across)
    room.set_ylabel(axes.up)
    return room


def _draw(room: mpl.Axes, lines: Sequence[Line]) -> None:
    room.set_xlim(0.0, max(line.distances[-1] for line in lines) or 1.0)
    room.set_ylim(0.0, 1.0)
    for line in lines:
        if line.band:
            low, high = zip(*line.band, strict=True)
            room.fill_between(line.distances, low, high, color=line.colour, alpha=0.15, linewidth=0)
    for line in lines:
        room.plot(
            line.distances,
            line.values,
            color=line.colour,
            linestyle="--" if line.dashed else "-",
            linewidth=2,
            clip_on=False,
        )


def _legend(figure: Figure, y: float, line: Line) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415

    across = [svg.LEFT / svg.WIDTH, (svg.LEFT + 34) / svg.WIDTH]
    up = [1 - y / svg.HEIGHT] * 2
    drawn = Line2D(across, up, color=line.colour, linestyle="--" if line.dashed else "-", linewidth=2)
    figure.add_artist(drawn)
    figure.text((svg.LEFT + 42) / svg.WIDTH, up[0], _known(line.name), va="center", color=svg.INK)


def _known(text: str) -> str:
    """Replace the characters that the font does not have."""
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415

    font = get_font(findfont(_FONT))
    return "".join(
        letter if font.get_char_index(ord(letter)) else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
