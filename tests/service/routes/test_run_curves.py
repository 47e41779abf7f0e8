"""A run's curve is the same as numbers, as SVG and as PNG."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any, Final
from xml.etree import ElementTree as ET

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from certificates import DIPOLE
from certificates.reports.curve_picture import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from jobs.store import JobStore
from service.runs.curve_png import PIXELS
from tests.support.mixed_runs import mixed_run

SVG: Final = "{http://www.w3.org/2000/svg}"
COLOUR: Final = tuple(bytes.fromhex(DIPOLE.colour.removeprefix("#")))


@pytest.fixture(scope="module")
def path(http: httpx.Client, shared_store: JobStore) -> str:
    name = "$x^2 of <all> kinds & 数字"
    return mixed_run(http, shared_store, name=name, certifier="dipole")


@pytest.fixture(scope="module")
def points(http: httpx.Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(f"{path}/curve").json()["points"]
    assert [point["rows"] for point in found] == [5, 5, 4, 3, 2, 1]
    return found


def place(points: list[dict[str, Any]], radius: float, share: float) -> tuple[float, float]:
    """Return where a point of the curve lies in the SVG picture, by its margins."""
    x = LEFT + (WIDTH - LEFT - RIGHT) * radius / points[-1]["radius"]
    return x, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def corners(text: str) -> list[tuple[float, float]]:
    found = [tuple(float(number) for number in pair.split(",")) for pair in text.split()]
    return [(x, y) for x, y in found]


def test_svg_goes_through_the_numbers(http: httpx.Client, path: str, points: list[dict[str, Any]]) -> None:
    answer = http.get(f"{path}/curve", headers={"Accept": "image/svg+xml"})
    picture = ET.fromstring(answer.content)  # noqa: S314 - the picture is our own
    (line,) = picture.iter(f"{SVG}polyline")
    drawn = corners(line.attrib["points"])
    (band,) = picture.iter(f"{SVG}polygon")
    outline = corners(band.attrib["points"])
    for point in points:
        for share, where in ((point["share"], drawn), (point["low"], outline), (point["high"], outline)):
            x, y = place(points, point["radius"], share)
            assert min(abs(x - a) + abs(y - b) for a, b in where) < 0.02
    shares = {point["share"] for point in points}
    assert {round(y, 2) for _, y in drawn} == {round(place(points, 0.0, share)[1], 2) for share in shares}


def test_a_picture_of_all_rows_says_so(http: httpx.Client, path: str) -> None:
    said = http.get(
        f"{path}/curve", params={"reached": "certified"}, headers={"Accept": "image/svg+xml"}
    ).text
    assert "dipole, 9 rows, of whatever class" in said
    assert "share of rows certified" in said


@pytest.fixture(scope="module")
def pixels(http: httpx.Client, path: str) -> NDArray[np.int64]:
    answer = http.get(f"{path}/curve", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["vary"] == "Accept"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (PIXELS * WIDTH, PIXELS * HEIGHT)
        return np.asarray(picture.convert("RGB"), np.int64)


def test_png_goes_through_the_numbers(points: list[dict[str, Any]], pixels: NDArray[np.int64]) -> None:
    """In the middle between two radii, the line has the share of the larger; the band lies around it."""
    line = np.abs(pixels - np.array(COLOUR)).sum(axis=2) < 60
    for before, point in list(pairwise(points))[1:]:  # the first two lie close together
        middle = (before["radius"] + point["radius"]) / 2
        x, y = (PIXELS * where for where in place(points, middle, point["share"]))
        column = np.flatnonzero(line[PIXELS * TOP :, round(x)]) + PIXELS * TOP
        assert abs(column.mean() - y) < 1.5
        assert len(column) <= 3 * PIXELS, "one line at each radius"
        for share, inside in ((point["low"], -1), (point["high"], 1)):
            edge = PIXELS * place(points, middle, share)[1]
            assert shaded(pixels, x, edge + 5 * inside)
            assert not shaded(pixels, x, edge - 5 * inside)


def shaded(pixels: NDArray[np.int64], x: float, y: float) -> bool:
    """Whether most pixels beside a place have a tint of the colour: red is above blue."""
    red, _, blue = pixels[round(y), round(x) - 2 : round(x) + 3].mean(axis=0)
    return bool(red - blue > 10)


def test_a_run_without_rows_has_an_empty_picture(http: httpx.Client) -> None:
    run = http.post("/v1/runs", json={"name": "none", "model": "plane", "sigma": 0.5}).headers["location"]
    for kind in ("image/svg+xml", "image/png"):
        answer = http.get(f"{run}/curve", headers={"Accept": kind})
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
