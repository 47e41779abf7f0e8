"""The figures by the paper's numbers. To add one, write what draws it and name it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from figures.drawn_figure import Drawn
from figures.pictures.exact_pictures import figure_1a, figure_1b, figure_4a
from figures.pictures.worst_case_pictures import figure_3, figure_4b


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure of the paper: its number, and what draws it here."""

    number: str
    draw: Callable[[], Drawn]

    @property
    def name(self) -> str:
        """Return the name of its files, such as ``figure-1a``."""
        return f"figure-{self.number}"


FIGURES: Final = (
    PaperFigure("1a", figure_1a),
    PaperFigure("1b", figure_1b),
    PaperFigure("3", figure_3),
    PaperFigure("4a", figure_4a),
    PaperFigure("4b", figure_4b),
)
