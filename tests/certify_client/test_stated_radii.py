"""Tables state a radius of six places as the service does, and round longer ones down."""

from __future__ import annotations

import pytest

from certify_client.result_tables import Result


@pytest.mark.parametrize(
    ("radius", "written"),
    [(0.549685, "0.549685"), (0.674082, "0.674082"), (0.5, "0.500000"), (0.1234569, "0.123456")],
)
def test_a_line_of_a_table(radius: float, written: str) -> None:
    assert Result(0, 1, 1, radius, 1.0, "a").cells()["radius"] == written
