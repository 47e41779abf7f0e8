"""The points of a line that the page has drawn."""

from __future__ import annotations

from itertools import pairwise

from playwright.sync_api import Locator


def is_stepped(line: Locator) -> bool:
    """Whether a polyline consists of level and upright pieces alone. Rows of equal radii give a level one."""
    text = line.get_attribute("points") or ""
    points = [tuple(map(float, point.split(","))) for point in text.split()]
    pieces = {(a[0] == b[0], a[1] == b[1]) for a, b in pairwise(points)} - {(True, True)}
    return bool(pieces) and pieces <= {(True, False), (False, True)}
