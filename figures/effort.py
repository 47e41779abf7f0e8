"""How much `make figures` samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Effort:
    """Rows of the test sets, and samples a row.

    ``samples``: of the small models; the paper has 10^5 to 10^8. ``more``: what Figures 5 and 14 have beside
    these. ``larger``: of 28x28 digits; ``each_sigma``: of these at every sigma (Figure 12). ``photos``: of
    ImageNet's model. ``roll``: of each point of the Swiss roll.
    """

    rows: int
    samples: tuple[int, ...]
    more: tuple[int, ...]
    larger_rows: int
    larger: tuple[int, ...]
    each_sigma: tuple[int, ...]
    photos: tuple[int, ...]
    roll_points: int
    roll: int


MINUTES: Final = Effort(
    rows=100,
    samples=(10**4, 10**5),
    more=(10**6,),
    larger_rows=60,
    larger=(10**4, 10**5),
    each_sigma=(10**4,),
    photos=(10**3,),
    roll_points=150,
    roll=10**6,
)
HOURS: Final = Effort(
    rows=200,
    samples=(10**4, 10**5, 10**6),
    more=(10**7,),
    larger_rows=200,
    larger=(10**5, 10**6),
    each_sigma=(10**5,),
    photos=(10**4,),
    roll_points=300,
    roll=10**8,
)
