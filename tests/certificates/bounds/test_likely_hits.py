"""The hits that nine in ten jobs have, against the binomial law."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from certificates.bounds.likely_hits import CHANCE, likely_hits


@pytest.mark.parametrize("n", [1, 2, 30, 1000, 100_000, 10**8])
@pytest.mark.parametrize("score", [0.01, 0.5, 0.9, 0.999, 1.0 - 1e-6])
def test_nine_in_ten_jobs_have_so_many_and_fewer_have_one_more(n: int, score: float) -> None:
    hits = likely_hits(n, score)
    assert 0 <= hits <= n
    assert binom.sf(hits - 1, n, score) >= CHANCE - 1e-9
    assert binom.sf(hits, n, score) <= CHANCE + 1e-9


def test_the_ends() -> None:
    assert (likely_hits(0, 0.3), likely_hits(70, 1.0), likely_hits(70, 0.0)) == (0, 70, 0)
    for n, score in ((-1, 0.5), (5, 1.1), (5, -0.1)):
        with pytest.raises(ValueError, match="cannot be"):
            likely_hits(n, score)
