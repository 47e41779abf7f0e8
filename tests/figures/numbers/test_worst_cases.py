"""The classifiers of Figures 3 and 4b have the statistics and the radius that they are drawn for."""

import pytest
from scipy.stats import norm

from figures.numbers.worst_cases import dipole_case, slab


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_slab_has_its_score_gradient_and_radius(share: float) -> None:
    case = slab(0.8, share)
    assert norm.cdf(case.high) - norm.cdf(case.low) == pytest.approx(0.8)
    assert norm.pdf(case.high) - norm.pdf(case.low) == pytest.approx(case.gradient, abs=1e-9)
    at_the_radius = norm.cdf(case.high - case.radius) - norm.cdf(case.low - case.radius)
    assert at_the_radius == pytest.approx(0.5)


def test_the_dipole_case_has_its_statistics_and_radius() -> None:
    case = dipole_case(0.7, 0.08)
    assert norm.cdf(case.half_width) - norm.cdf(-case.half_width) == pytest.approx(0.7)
    assert norm.cdf(case.edge) == pytest.approx(0.08)
    assert case.edge < -case.half_width
    slab_at_the_radius = norm.cdf(case.half_width - case.radius) - norm.cdf(-case.half_width - case.radius)
    assert slab_at_the_radius + norm.cdf(case.edge - case.radius) == pytest.approx(0.5)


def test_statistics_that_no_classifier_has_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 1"):
        dipole_case(0.6, 0.3)
