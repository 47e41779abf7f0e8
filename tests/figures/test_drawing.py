"""Drawn twice, a figure has the same bytes; the one in docs/figures is what is drawn today."""

from pathlib import Path

import pytest

from figures.catalogue import FIGURES, PaperFigure
from figures.drawn_figure import LARGEST_SVG, Drawn, as_tsv, write
from figures.effort import MINUTES
from figures.laboratory import Laboratory
from figures.look import look

SHIPPED = Path(__file__).resolve().parents[2] / "docs" / "figures"
BY_NUMBER = {figure.number: figure for figure in FIGURES}
EXACT = ["1a", "1b", "3", "4b"]


def drawn(number: str, folder: Path) -> Drawn:
    with look(), Laboratory(folder) as laboratory:
        return BY_NUMBER[number].draw(laboratory, MINUTES)


def test_the_same_figure_has_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        write(drawn("1a", folder), folder, "figure-1a")
    one, two = ((folder / "figure-1a.svg").read_bytes() for folder in folders)
    assert one == two


@pytest.mark.parametrize("number", EXACT)
def test_the_shipped_numbers_are_those_that_are_drawn_today(number: str, tmp_path: Path) -> None:
    table = as_tsv(drawn(number, tmp_path).table)
    assert table == (SHIPPED / f"figure-{number}.tsv").read_text(encoding="utf-8")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.number)
def test_every_figure_is_shipped_and_small(figure: PaperFigure) -> None:
    name = figure.name
    pictures = [path for path in (SHIPPED / f"{name}.svg", SHIPPED / f"{name}.png") if path.exists()]
    assert len(pictures) == 1
    assert pictures[0].stat().st_size < 1.5 * LARGEST_SVG
    assert (SHIPPED / f"{name}.tsv").exists()
