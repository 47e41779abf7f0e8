"""The radii of Figure 4a stand in the order that the theorems give."""

import numpy as np

from figures.numbers.exact_bounds import exact_radii
from figures.numbers.sampled_bounds import sampled_radii


def test_samples_give_less_than_known_statistics_and_tight_bounds_more_than_the_papers() -> None:
    line, exact = sampled_radii(0.8, points=5), exact_radii(0.8, points=5)
    assert (line.tight <= exact.second_order).all()
    assert (line.paper[:-1] < line.tight[:-1]).all()


def test_the_papers_bound_sees_no_gradient_where_the_score_is_high() -> None:
    line = sampled_radii(0.99, points=3)
    assert np.ptp(line.paper) < 1e-3
    assert line.paper.max() < line.first_order


def test_in_more_dimensions_the_same_samples_give_less() -> None:
    few, many = (sampled_radii(0.8, n=10**6, d=d, points=3).tight for d in (10, 3072))
    assert (many[:-1] < few[:-1]).all()
