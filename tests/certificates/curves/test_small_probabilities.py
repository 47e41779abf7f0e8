"""Probabilities too small to be told from 1 by their complement keep their quantile."""

from __future__ import annotations

import pytest

from certificates.bounds.top_k import top_k_radius
from certificates.curves.lower_bounds import DipoleCurve, FirstOrderCurve
from tests.support.fifty_digits import cdf, mp, upper_quantile


@pytest.mark.parametrize("p", [1e-200, 1e-40, 1e-17, 1e-5])
def test_a_tiny_score_grows_on_the_way_to_its_class(p: float) -> None:
    exact = float(cdf(-upper_quantile(mp.mpf(p)) + 0.5))
    assert FirstOrderCurve(p)(-0.5) == pytest.approx(exact, rel=1e-9, abs=0.0)


@pytest.mark.parametrize("others", [1e-30, 1e-17, 1e-5])
def test_another_class_with_a_tiny_score_ends_the_radius(others: float) -> None:
    """With one other class, ``r = (Phi^-1(p) - Phi^-1(p_other)) / 2``."""
    exact = float((upper_quantile(1 - mp.mpf(0.9)) + upper_quantile(mp.mpf(others))) / 2)
    assert 0.999 * exact <= top_k_radius(0.9, others, 1) <= exact


@pytest.mark.parametrize("p", [-1e-9, 1.0 + 1e-9, float("nan")])
def test_a_share_that_is_no_probability_is_named(p: float) -> None:
    with pytest.raises(ValueError, match=rf"^c_s must be in \[0, 1\], got {p}$"):
        DipoleCurve(p, 0.1)
    with pytest.raises(ValueError, match=rf"^c_n must be in \[0, 1\], got {p}$"):
        DipoleCurve(0.1, p)


def test_certain_shares_have_no_root() -> None:
    assert DipoleCurve(1.0, 0.0).root() == DipoleCurve(0.0, 1.0).root() == float("inf")
