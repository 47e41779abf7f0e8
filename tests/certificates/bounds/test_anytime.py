"""Anytime-valid bounds against stopping rules that cheat: stop when the running radius is largest."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import binom

from certificates import (
    clopper_pearson_lower,
    dipole_radius_anytime,
    dipole_radius_joint,
    epoch_at,
    epoch_ends,
    probability_lower_anytime,
)
from tests.support.multinomials import SLACK, grid, true_radius


def chance_of_ever_claiming_more(p: float, lower: list[list[float]]) -> float:
    """Exact: walk over the number of hits, absorbed as soon as the running bound exceeds ``p``."""
    alive, caught = np.array([1.0]), 0.0
    for n in range(1, len(lower)):
        alive = np.append(alive * (1.0 - p), 0.0) + np.insert(alive * p, 0, 0.0)
        wrong = np.array(lower[n]) > p
        caught += float(alive[wrong].sum())
        alive[wrong] = 0.0
    return caught


@pytest.mark.parametrize("eta", [0.01, 0.05, 0.3])
def test_no_stopping_rule_breaks_the_score_bound(eta: float) -> None:
    lower = [[probability_lower_anytime(h, n, eta) for h in range(n + 1)] for n in range(101)]
    edges = sorted({round(value, 3) for row in lower for value in row if value > 0.0})
    probabilities = sorted({*np.linspace(0.02, 0.98, 49).tolist(), *edges[::8]})
    worst = max(chance_of_ever_claiming_more(p - 1e-6, lower) for p in probabilities if p > 0.001)
    assert 0.1 * eta <= worst <= eta


@pytest.mark.parametrize("eta", [0.05, 0.3])
def test_no_stopping_rule_breaks_the_dipole_radius(eta: float) -> None:
    largest = 8
    radius = {
        (n, both, one): dipole_radius_anytime(both, one, n, 1.0, eta)
        for n in range(1, largest + 1)
        for both in range(n + 1)
        for one in range(n + 1 - both)
    }
    worst = 0.0
    for s, d in grid(14):
        truth, u = true_radius(s, d) + SLACK, 1.0 - s - d
        alive, caught = {(0, 0): 1.0}, 0.0
        for n in range(1, largest + 1):
            reached: dict[tuple[int, int], float] = {}
            for (both, one), mass in alive.items():
                for key, chance in (((both + 1, one), s), ((both, one + 1), d), ((both, one), u)):
                    reached[key] = reached.get(key, 0.0) + mass * chance
            alive = {}
            for (both, one), mass in reached.items():
                if radius[n, both, one] > truth:
                    caught += mass
                else:
                    alive[both, one] = mass
        worst = max(worst, caught)
    assert worst <= eta


@pytest.mark.parametrize(("s", "d"), [(0.6, 0.3), (0.2, 0.7), (0.55, 0.0), (0.9, 0.09), (0.02, 0.97)])
def test_cheating_simulated_over_a_thousand_pairs(s: float, d: float) -> None:
    """Stop where the evidence against the true parameters is largest; 4000 repetitions at eta = 0.05."""
    eta, repetitions, length = 0.05, 4000, 1000
    rng = np.random.default_rng(int(100 * s + 10_000 * d))
    draws = rng.random((repetitions, length), dtype=np.float32)
    fallen = draws < s, (draws >= s) & (draws < s + d)
    counts = np.stack([np.cumsum(each, 1, dtype=np.int16) for each in fallen])
    n = np.arange(1, length + 1)
    none = n - counts.sum(axis=0)
    of_half = gammaln(np.arange(length + 1) + 0.5)
    mixture = of_half[counts].sum(axis=0) + of_half[none] - gammaln(n + 1.5)
    mixture -= 3.0 * gammaln(0.5) - gammaln(1.5)
    log_u = math.log(1.0 - s - d) if s + d < 1.0 else 0.0
    evidence = mixture - counts[0] * math.log(s) - counts[1] * (math.log(d) if d else 0.0) - none * log_u
    at = evidence.argmax(axis=1)
    suspect = evidence.max(axis=1) >= math.log(1.0 / eta)
    truth = true_radius(s, d)

    def claims_too_much(i: int) -> bool:
        both, one = (int(c[i, at[i]]) for c in counts)
        return dipole_radius_anytime(both, one, int(n[at[i]]), 1.0, eta) > truth + SLACK

    assert not any(claims_too_much(i) for i in np.flatnonzero(~suspect)[:15])
    assert suspect.sum() <= binom.ppf(1.0 - 1e-6, repetitions, eta)


def test_anytime_costs_little_against_the_bound_of_fixed_size() -> None:
    for n in (1_000, 100_000):
        fixed = clopper_pearson_lower(9 * n // 10, n, 1e-3)
        anytime = probability_lower_anytime(9 * n // 10, n, 1e-3)
        assert 0.0 < 0.9 - fixed < 0.9 - anytime < 1.7 * (0.9 - fixed)
    joint = dipole_radius_joint(27_000, 20_000, 50_000, 1.0, 1e-3)
    assert 0.97 * joint < dipole_radius_anytime(27_000, 20_000, 50_000, 1.0, 1e-3) < joint


def test_epochs_double_and_end_with_the_job() -> None:
    assert epoch_ends(1000, 100) == (100, 200, 300, 500, 1000)
    assert epoch_ends(800, 100) == (100, 200, 400, 800)
    assert epoch_ends(50, 100) == (50,)
    with pytest.raises(ValueError, match="at least one sample"):
        epoch_ends(0, 100)


@pytest.mark.parametrize("n", [1, 2, 7, 999, 1000, 1024, 12_345])
@pytest.mark.parametrize("step", [1, 64, 100, 5000])
def test_samples_alone_say_which_epoch_they_end(n: int, step: int) -> None:
    """No two ends share an epoch, so the shares of alpha that they spend add up to alpha at most."""
    epochs = [epoch_at(end, n) for end in epoch_ends(n, step)]
    assert len(set(epochs)) == len(epochs)
    assert epochs[-1] == 0
    assert all(end * 2**k >= n for end, k in zip(epoch_ends(n, step), epochs, strict=True))
    for samples in (0, n + 1):
        with pytest.raises(ValueError, match="an epoch ends at"):
            epoch_at(samples, n)
