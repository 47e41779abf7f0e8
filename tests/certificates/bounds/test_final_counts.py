"""What all samples will count is bounded from the first of them, and a job that gives up is right."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binom

from certificates import FIRST_ORDER, Bounds, Evidence, HitCounts
from certificates.bounds.final_counts import final_hits_upper


def chance_of_ever_excluding(total: int, n: int, doubt: float) -> float:
    """Exact: walk over the hits of a random order of ``total`` hits, absorbed once the total is excluded."""
    alive = {0: 1.0}
    caught = 0.0
    for m in range(1, n + 1):
        reached: dict[int, float] = {}
        for hits, mass in alive.items():
            chance = (total - hits) / (n - m + 1)
            for more, share in ((1, chance), (0, 1.0 - chance)):
                if share > 0.0:
                    reached[hits + more] = reached.get(hits + more, 0.0) + mass * share
        alive = {}
        for hits, mass in reached.items():
            if final_hits_upper(hits, m, n, doubt) < total:
                caught += mass
            else:
                alive[hits] = mass
    return caught


@pytest.mark.parametrize("doubt", [0.01, 0.05, 0.3])
def test_no_total_is_excluded_on_the_way_more_often_than_allowed(doubt: float) -> None:
    chances = [chance_of_ever_excluding(total, 60, doubt) for total in range(61)]
    assert 0.2 * doubt <= max(chances) <= doubt


@pytest.mark.parametrize(("n", "doubt"), list(itertools.product([1, 7, 30], [1e-3, 0.2, 0.9])))
def test_it_is_the_last_total_that_is_not_excluded(n: int, doubt: float) -> None:
    """Compared with every total by itself, from binomial coefficients instead of gamma functions."""

    def excluded(total: int, hits: int, misses: int) -> bool:
        ways = math.comb(n - hits - misses, total - hits) / math.comb(n, total)
        mixture = math.gamma(hits + 0.5) * math.gamma(misses + 0.5) / math.pi / math.factorial(hits + misses)
        return mixture >= ways / doubt * (1.0 - 1e-12)

    for m in range(n + 1):
        for hits in range(m + 1):
            kept = [t for t in range(hits, n - m + hits + 1) if not excluded(t, hits, m - hits)]
            assert final_hits_upper(hits, m, n, doubt) == max(kept)


def test_it_ends_with_what_was_counted_and_begins_with_everything() -> None:
    assert final_hits_upper(0, 0, 100, 1e-3) == 100
    assert final_hits_upper(37, 100, 100, 1e-3) == 37
    assert 50_000 < final_hits_upper(500, 1000, 100_000, 1e-3) < 60_000
    for hits, samples, n, doubt in ((2, 1, 3, 0.1), (-1, 1, 3, 0.1), (1, 4, 3, 0.1), (1, 2, 3, 0.0)):
        with pytest.raises(ValueError, match=r"cannot be|strictly between"):
            final_hits_upper(hits, samples, n, doubt)


def looks(n: int, step: int, r: float, doubt: float) -> list[tuple[int, int]]:
    """Return, for each look, the least hits that certify ``r``, and the most with which a job gives up."""

    def at(m: int, hits: int) -> Evidence:
        return Evidence(hits=HitCounts(m, 0, (hits, m - hits)))

    def certified(m: int, hits: int) -> bool:
        return FIRST_ORDER.certify(at(m, hits), 1.0, 1e-3, Bounds.ANYTIME).radius >= r

    def hopeless(m: int, hits: int) -> bool:
        return m < n and FIRST_ORDER.best_to_come(at(m, hits), 1.0, 1e-3, n, doubt) < r

    ends = []
    for m in range(step, n + 1, step):
        least = next((hits for hits in range(m + 1) if certified(m, hits)), m + 1)
        most = next((hits for hits in range(m, -1, -1) if hopeless(m, hits)), -1)
        ends.append((least, most))
    return ends


@pytest.mark.parametrize(("n", "step", "r"), [(400, 8, 0.5), (1000, 50, 1.0)])
def test_a_job_seldom_gives_up_what_it_would_have_certified_at_any_look(n: int, step: int, r: float) -> None:
    """Exact, over a range of scores: jobs that gave up go on, and are caught where they certify ``r``."""
    doubt, exact = 1e-3, 0.5 * math.erfc(-r / math.sqrt(2.0))
    ends = looks(n, step, r, doubt)
    error = math.sqrt(exact * (1.0 - exact) / n)
    wrong = []
    for p in np.linspace(exact - 4.0 * error, min(exact + 12.0 * error, 0.999), 25):
        one_step = binom.pmf(np.arange(step + 1), step, p)
        going, gone, caught = np.eye(1, n + 1)[0], np.zeros(n + 1), 0.0
        for least, most in ends:
            going, gone = (np.convolve(mass, one_step)[: n + 1] for mass in (going, gone))
            gone[: most + 1] += going[: most + 1]
            going[: most + 1] = 0.0
            caught += float(gone[least:].sum())
            gone[least:] = going[least:] = 0.0
        wrong.append(caught)
    assert 0.0 < max(wrong) <= 0.2 * doubt
