"""A figure as it was drawn, with the table of its numbers, and how both are written."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

LARGEST_SVG: Final = 200_000
"""Bytes. A choice: a larger picture is written as PNG."""
PNG_DPI: Final = 140

Table = Mapping[str, Sequence[object]]
"""Column -> its cells. All columns are of equal length."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and the numbers in it."""

    picture: Figure
    table: Table


def write(drawn: Drawn, folder: Path, name: str) -> list[Path]:
    """Write ``NAME.svg``, or ``NAME.png`` if that is smaller than an SVG would be, and ``NAME.tsv``.

    Equal drawings give equal bytes.
    """
    with mpl.rc_context({"svg.hashsalt": name}):
        svg = _bytes(drawn.picture, "svg", {"Date": None, "Creator": None})
    image, content = folder / f"{name}.svg", svg
    if len(svg) > LARGEST_SVG:
        image, content = folder / f"{name}.png", _bytes(drawn.picture, "png", {"Software": None})
    for other in (folder / f"{name}.svg", folder / f"{name}.png"):
        other.unlink(missing_ok=True)
    image.write_bytes(content)
    table = folder / f"{name}.tsv"
    table.write_text(as_tsv(drawn.table), encoding="utf-8")
    return [image, table]


def as_tsv(table: Table) -> str:
    """Return a table as text; floats have six digits."""
    rows = zip(*table.values(), strict=True)
    lines = ["\t".join(table), *("\t".join(map(_cell, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _bytes(picture: Figure, kind: str, metadata: dict[str, str | None]) -> bytes:
    file = io.BytesIO()
    picture.savefig(file, format=kind, metadata=metadata, dpi=PNG_DPI)
    return file.getvalue()
