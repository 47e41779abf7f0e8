"""A second algorithm for the normal law: integer arithmetic alone, with a proved enclosure.

``exp(x^2 / 2) (Phi(x) - 1/2) / phi(0) = sum x^(2k+1) / (1 3 5 ... (2k+1))`` has positive terms whose ratio is
``x^2 / (2k + 3)``, so that what is left out is below twice the last term once that ratio is below 1/2.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

BITS = 400
ONE = 1 << BITS

# pi to 100 decimals, truncated: enough for 330 bits.
PI = Fraction(
    31415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679,
    10**100,
)


def exp_minus(x: Fraction) -> Fraction:
    """``exp(-x)`` for x >= 0, by the series of ``exp(x / 2^k)``, squared k times and inverted."""
    halvings = max(0, (x.numerator // x.denominator).bit_length() + 8)
    small = int(x * ONE) >> halvings
    total, term, k = ONE, ONE, 1
    while term:
        term = (term * small >> BITS) // k
        total += term
        k += 1
    for _ in range(halvings):
        total = total * total >> BITS
    return Fraction(ONE, total)


def density(x: Fraction) -> Fraction:
    root = Fraction(isqrt(int(2 * PI * ONE * ONE)), ONE)
    return exp_minus(x * x / 2) / root


def upper_tail(x: Fraction) -> Fraction:
    """``1 - Phi(x)`` for x >= 0, with an absolute error far below 2^-200."""
    point = int(x * ONE)
    square = point * point >> BITS
    total, term, k = 0, point, 0
    while term:
        total += term
        term = (term * square >> BITS) // (2 * k + 3)
        k += 1
    return Fraction(1, 2) - density(x) * Fraction(total, ONE)
