"""Compare the radii of two runs over the same inputs, pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BINS: Final = tuple(range(-5, 6))
"""Changes of the radius in per cent: the middle of each bin one wide; the outer ones are open. These are the
11 bins of the histograms of Levine et al. (2020)."""
NOTICEABLE: Final = 0.01
"""A change of more than this share counts as a gain or a loss, as in the same paper's figures."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of the histogram: changes from ``low`` on and below ``high``, as shares of the first radius.

    None: no limit.
    """

    low: float | None
    high: float | None
    rows: int


@dataclass(frozen=True, slots=True)
class PairedRadii:
    """How the second radii differ from the first, over the ``rows`` keys that both have.

    ``both`` of them are certified in both; ``gaining``, ``losing``, ``mean_change`` (second / first - 1) and
    ``histogram`` are about these, None if there are none. The mean radii are over all ``rows``, with 0 where
    a row abstains.
    """

    rows: int
    both: int
    only_first: int
    only_second: int
    gaining: float | None
    losing: float | None
    mean_change: float | None
    first_mean: float | None
    second_mean: float | None
    histogram: tuple[Bin, ...]


def compare_radii(first: Mapping[str, float], second: Mapping[str, float]) -> PairedRadii:
    """Compare radii by key; a radius of 0 is a row that abstains."""
    pairs = [(radius, second[key]) for key, radius in first.items() if key in second]
    changes = [later / before - 1.0 for before, later in pairs if before > 0.0 < later]
    return PairedRadii(
        rows=len(pairs),
        both=len(changes),
        only_first=sum(before > 0.0 == later for before, later in pairs),
        only_second=sum(later > 0.0 == before for before, later in pairs),
        gaining=_mean([float(change > NOTICEABLE) for change in changes]),
        losing=_mean([float(change < -NOTICEABLE) for change in changes]),
        mean_change=_mean(changes),
        first_mean=_mean([before for before, _ in pairs]),
        second_mean=_mean([later for _, later in pairs]),
        histogram=_histogram(changes),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _histogram(changes: Sequence[float]) -> tuple[Bin, ...]:
    places = [min(max(round(100.0 * change), BINS[0]), BINS[-1]) for change in changes]
    return tuple(
        Bin(
            low=None if percent == BINS[0] else (percent - 0.5) / 100.0,
            high=None if percent == BINS[-1] else (percent + 0.5) / 100.0,
            rows=places.count(percent),
        )
        for percent in BINS
    )
