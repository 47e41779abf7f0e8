"""Pictures state a radius of six digits as the certificate does, and round longer ones down."""

from __future__ import annotations

import pytest

from certificates.reports.curve_picture import rounded_down


@pytest.mark.parametrize(
    ("radius", "written"),
    [(0.549685, "0.549685"), (0.674082, "0.674082"), (0.5, "0.5"), (0.1234569, "0.123456")],
)
def test_a_radius_in_a_picture(radius: float, written: str) -> None:
    assert rounded_down(radius) == written
