"""Numbers are printed on their safe side, to the last place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify_client.printed_numbers import down, up


@pytest.mark.parametrize(
    ("number", "below", "above"),
    [
        (0.7358926519, "0.735892", "0.735893"),
        (0.9999999, "0.999999", "1.000000"),
        (0.25, "0.250000", "0.250000"),
        (1e-9, "0.000000", "0.000001"),
        (12.0, "12.000000", "12.000000"),
    ],
)
def test_six_places(number: float, below: str, above: str) -> None:
    assert (down(number), up(number)) == (below, above)


@given(st.floats(0.0, 1e6), st.integers(0, 8))
def test_the_number_lies_between(number: float, digits: int) -> None:
    assert Decimal(down(number, digits)) <= Decimal(number) <= Decimal(up(number, digits))
