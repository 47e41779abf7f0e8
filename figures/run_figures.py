"""The settings of the figures that need runs: which models, sigmas and certifiers each compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from certificates import DIPOLE, SECOND_ORDER, Certifier
from figures.drawn_figure import Drawn
from figures.effort import Effort
from figures.laboratory import Laboratory, Setting
from figures.pictures.absolute_pictures import figure_of_accuracy
from figures.pictures.gain_pictures import figure_of_gains
from figures.pictures.roll_picture import figure_2

Draw = Callable[[Laboratory, Effort], Drawn]

BOTH: Final[Sequence[Certifier]] = (SECOND_ORDER, DIPOLE)
DIGIT_SIGMAS: Final = (0.12, 0.25, 0.5, 1.0)
_TEST_SET: Final = {"mnist-7x7": "small-digits", "mnist-10pc": "components"}
_DIGITS: Final = "model mnist (28x28 pixels),  d = 784"
PHOTO_SIGMAS: Final = (0.03, 0.06, 0.12)
"""The model was trained without noise, and answers little else than noise at the paper's 0.25 to 1."""


def main_text(laboratory: Laboratory, effort: Effort) -> Drawn:
    """Draw Figure 5."""
    return figure_of_gains(laboratory, _named("mnist-7x7", 0.25), _main_text(effort), BOTH)


def small(model: str, sigma: float) -> Draw:
    """Draw one of Figures 7 to 11: ``mnist-7x7`` or ``mnist-10pc``."""

    def draw(laboratory: Laboratory, effort: Effort) -> Drawn:
        settings = [_small(model, sigma, n, effort) for n in effort.samples]
        return figure_of_gains(laboratory, _named(model, sigma), settings, BOTH)

    return draw


def digits(laboratory: Laboratory, effort: Effort) -> Drawn:
    """Draw dipole on digits of 28x28 pixels, where the paper has CIFAR-10 in Figures 6a and 6b."""
    settings = [_digits(0.25, n, effort) for n in effort.larger]
    return figure_of_gains(laboratory, _DIGITS, settings, (DIPOLE,))


def digits_by_sigma(laboratory: Laboratory, effort: Effort) -> Drawn:
    """Draw the same at other sigmas, for Figure 12."""
    settings = [_digits(sigma, n, effort) for sigma in DIGIT_SIGMAS for n in effort.each_sigma]
    return figure_of_gains(laboratory, _DIGITS, settings, (DIPOLE,))


def photos(*sigmas: float) -> Draw:
    """Draw dipole beside first order on photographs."""

    def draw(laboratory: Laboratory, effort: Effort) -> Drawn:
        settings = [_photos(sigma, n) for sigma in sigmas for n in effort.photos]
        return figure_of_gains(laboratory, "model efficientnet-lite0,  d = 150,528", settings, (DIPOLE,))

    return draw


def roll(laboratory: Laboratory, effort: Effort) -> Drawn:
    """Draw Figure 2."""
    return figure_2(laboratory, effort.roll_points, effort.roll)


def small_absolute(laboratory: Laboratory, effort: Effort) -> Drawn:
    """Draw Figure 14: the runs of Figure 5."""
    return figure_of_accuracy(laboratory, _named("mnist-7x7", 0.25), _main_text(effort), BOTH)


def digits_absolute(laboratory: Laboratory, effort: Effort) -> Drawn:
    """Draw Figure 15: the runs of Figure 6 on digits."""
    settings = [_digits(0.25, n, effort) for n in effort.larger]
    return figure_of_accuracy(laboratory, "model mnist (28x28 pixels),  sigma = 0.25", settings, (DIPOLE,))


def _named(model: str, sigma: float) -> str:
    return f"model {model}-sigma{sigma:g},  sigma = {sigma:g}"


def _main_text(effort: Effort) -> list[Setting]:
    return [_small("mnist-7x7", 0.25, n, effort) for n in (*effort.samples, *effort.more)]


def _small(model: str, sigma: float, n: int, effort: Effort) -> Setting:
    return Setting(_TEST_SET[model], effort.rows, f"{model}-sigma{sigma:g}", sigma, n)


def _digits(sigma: float, n: int, effort: Effort) -> Setting:
    return Setting("digits", effort.larger_rows, "mnist", sigma, n, shares_samples=False)


def _photos(sigma: float, n: int) -> Setting:
    return Setting("photos", 6, "efficientnet-lite0", sigma, n, shares_samples=False)
