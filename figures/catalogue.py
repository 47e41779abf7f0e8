"""The figures by the paper's numbers. To add one, write what draws it and name it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from figures import run_figures
from figures.drawn_figure import Drawn
from figures.effort import Effort
from figures.laboratory import Laboratory
from figures.pictures.exact_pictures import figure_1a, figure_1b, figure_4a
from figures.pictures.worst_case_pictures import figure_3, figure_4b
from figures.run_figures import Draw


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure of the paper: its number, and what draws it here."""

    number: str
    draw: Draw

    @property
    def name(self) -> str:
        """Return the name of its files, such as ``figure-1a``."""
        return f"figure-{self.number}"


def _computed(draw: Callable[[], Drawn]) -> Draw:
    """Return what draws a figure that needs no runs."""

    def drawn(_laboratory: Laboratory, _effort: Effort) -> Drawn:
        return draw()

    return drawn


COMPUTED: Final = tuple(
    PaperFigure(number, _computed(draw))
    for number, draw in {
        "1a": figure_1a,
        "1b": figure_1b,
        "3": figure_3,
        "4a": figure_4a,
        "4b": figure_4b,
    }.items()
)
FIGURES: Final = (
    *COMPUTED,
    PaperFigure("2", run_figures.roll),
    PaperFigure("5", run_figures.main_text),
    PaperFigure("6ab", run_figures.digits),
    PaperFigure("6cd", run_figures.photos(0.06)),
    PaperFigure("7", run_figures.small("mnist-7x7", 0.12)),
    PaperFigure("8", run_figures.small("mnist-7x7", 0.5)),
    PaperFigure("9", run_figures.small("mnist-10pc", 0.12)),
    PaperFigure("10", run_figures.small("mnist-10pc", 0.25)),
    PaperFigure("11", run_figures.small("mnist-10pc", 0.5)),
    PaperFigure("12", run_figures.digits_by_sigma),
    PaperFigure("13", run_figures.photos(*run_figures.PHOTO_SIGMAS)),
    PaperFigure("14", run_figures.small_absolute),
    PaperFigure("15", run_figures.digits_absolute),
)
