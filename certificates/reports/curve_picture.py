"""Draw accuracies or scores against distance as an SVG picture, with bands and the certified radius."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring  # written, never parsed

WIDTH, HEIGHT = 720, 460
LEFT, RIGHT, TOP, BOTTOM = 76, 24, 96, 62
"""Margins around the axes, in the picture's units."""
INK: Final = "#222222"
GRID: Final = "#dddddd"
TICKS: Final = 6
"""About so many marks on the axis of distances."""


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, its values at some distances, and how it is drawn.

    ``band``, if there is one, holds an interval around each value.
    """

    name: str
    distances: Sequence[float]
    values: Sequence[float]
    colour: str
    dashed: bool
    band: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class Axes:
    """The names of the axes, with their units; ``half``: whether a line is drawn at 1/2."""

    across: str
    up: str
    half: bool = True


ACCURACY_AXES: Final = Axes("radius (L2, input units)", "certified accuracy", half=False)


def draw(title: str, axes: Axes, lines: Sequence[Line], radius: float = 0.0) -> bytes:
    """Return an SVG document.

    The radius is marked unless it is 0. Characters that XML or a line of text cannot hold are replaced.
    """
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "width": str(WIDTH),
            "height": str(HEIGHT),
            "role": "img",
            "font-family": "sans-serif",
            "font-size": "13",
            "fill": INK,
        },
    )
    SubElement(svg, "title").text = _plain(title)
    SubElement(svg, "rect", {"width": str(WIDTH), "height": str(HEIGHT), "fill": "white"})
    _text(svg, LEFT, 24, title, size="16")
    end = max(line.distances[-1] for line in lines) or 1.0
    _axes(svg, end, axes)
    if axes.half:
        _horizontal(svg, 0.5, {"stroke": INK, "stroke-width": "1"})
        _text(svg, WIDTH - RIGHT - 4, _y(0.5) - 5, "1/2", anchor="end")
    for line in lines:
        _band(svg, line, end)
    for line in lines:
        _curve(svg, line, end)
    if radius > 0.0:
        _radius(svg, radius, end)
    for place, line in enumerate(lines):
        _legend(svg, 46 + 20 * place, line)
    drawn: bytes = tostring(svg, encoding="utf-8", xml_declaration=True)
    return drawn


def _axes(svg: Element, end: float, axes: Axes) -> None:
    for mark in _marks(end):
        x = LEFT + (WIDTH - LEFT - RIGHT) * mark / end
        _line(svg, (x, TOP), (x, HEIGHT - BOTTOM), {"stroke": GRID})
        _text(svg, x, HEIGHT - BOTTOM + 18, f"{mark:g}", anchor="middle")
    for tenth in range(0, 11, 2):
        _horizontal(svg, tenth / 10, {"stroke": GRID})
        _text(svg, LEFT - 8, _y(tenth / 10) + 4, f"{tenth / 10:g}", anchor="end")
    _line(svg, (LEFT, TOP), (LEFT, HEIGHT - BOTTOM), {"stroke": INK})
    _horizontal(svg, 0.0, {"stroke": INK})
    _text(svg, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 18, axes.across, anchor="middle")
    middle = (TOP + HEIGHT - BOTTOM) / 2
    name = _text(svg, 22, middle, axes.up, anchor="middle")
    name.set("transform", f"rotate(-90 22 {middle:g})")


def _marks(end: float) -> Iterable[float]:
    """Return round numbers from 0 to ``end``."""
    rough = end / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    return [step * k for k in range(int(end / step) + 1)]


def _curve(svg: Element, line: Line, end: float) -> None:
    points = _points(line.distances, line.values, end)
    SubElement(svg, "polyline", {"points": points, "fill": "none", **_stroke(line)})


def _band(svg: Element, line: Line, end: float) -> None:
    if line.band:
        there = _points(line.distances, [high for _, high in line.band], end)
        back = _points(line.distances[::-1], [low for low, _ in line.band[::-1]], end)
        shade = {"points": f"{there} {back}", "fill": line.colour, "fill-opacity": "0.15"}
        SubElement(svg, "polygon", shade)


def _points(distances: Sequence[float], values: Sequence[float], end: float) -> str:
    return " ".join(
        f"{LEFT + (WIDTH - LEFT - RIGHT) * distance / end:.2f},{_y(value):.2f}"
        for distance, value in zip(distances, values, strict=True)
    )


def _radius(svg: Element, radius: float, end: float) -> None:
    x = LEFT + (WIDTH - LEFT - RIGHT) * radius / end
    _line(svg, (x, _y(0.5)), (x, HEIGHT - BOTTOM), {"stroke": INK, "stroke-dasharray": "2 3"})
    _text(svg, x - 6, HEIGHT - BOTTOM - 8, f"radius {rounded_down(radius)}", anchor="end")


def rounded_down(radius: float) -> str:
    """Write a radius with six digits, rounded down: a picture claims no more than is proved.

    A radius that is stated with six digits is written as it is stated.
    """
    return f"{Context(prec=6, rounding=ROUND_DOWN).create_decimal(repr(radius)).normalize():f}"


def _legend(svg: Element, y: float, line: Line) -> None:
    _line(svg, (LEFT, y), (LEFT + 34, y), _stroke(line))
    _text(svg, LEFT + 42, y + 4, line.name)


def _stroke(line: Line) -> dict[str, str]:
    dashes = {"stroke-dasharray": "7 5"} if line.dashed else {}
    return {"stroke": line.colour, "stroke-width": "2", **dashes}


def _horizontal(svg: Element, value: float, how: dict[str, str]) -> None:
    _line(svg, (LEFT, _y(value)), (WIDTH - RIGHT, _y(value)), how)


def _line(svg: Element, begin: tuple[float, float], end: tuple[float, float], how: dict[str, str]) -> None:
    (x1, y1), (x2, y2) = begin, end
    ends = {"x1": f"{x1:.2f}", "y1": f"{y1:.2f}", "x2": f"{x2:.2f}", "y2": f"{y2:.2f}"}
    SubElement(svg, "line", {**ends, **how})


def _text(
    svg: Element, x: float, y: float, text: str, *, anchor: str = "start", size: str | None = None
) -> Element:
    place = {"x": f"{x:.2f}", "y": f"{y:.2f}", "text-anchor": anchor}
    element = SubElement(svg, "text", place | ({} if size is None else {"font-size": size}))
    element.text = _plain(text)
    return element


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _y(value: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value
