"""The certifier of a request that names none: no request is refused for it that another could serve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certifier,
    Claim,
    Decision,
    default_certifier,
)

CLASSES = 10
ASKED = Claim(DIPOLE, Bounds.TIGHT, sigma=0.5, eta=0.001, n=1000, d=784)


def chosen(claim: Claim, classes: int = CLASSES) -> Certifier:
    return default_certifier(lambda one: replace(claim, certifier=one), classes)


@pytest.mark.parametrize(
    ("claim", "classes", "certifier"),
    [
        (ASKED, CLASSES, SECOND_ORDER),
        (replace(ASKED, n=1001), CLASSES, SECOND_ORDER),
        (replace(ASKED, bounds=Bounds.PAPER), CLASSES, SECOND_ORDER),
        (replace(ASKED, n=1001, bounds=Bounds.PAPER), CLASSES, FIRST_ORDER),
        (replace(ASKED, d=2**21), CLASSES, SECOND_ORDER),
        (replace(ASKED, d=2**21 + 1), CLASSES, DIPOLE),
        (replace(ASKED, n=1001, d=2**21 + 1), CLASSES, FIRST_ORDER),
        (replace(ASKED, decision=Decision.MULTICLASS), CLASSES, SECOND_ORDER),
        (replace(ASKED, decision=Decision.MULTICLASS, d=150_528), 1000, FIRST_ORDER),
        (replace(ASKED, decision=Decision.TOP_K, k=5), CLASSES, FIRST_ORDER),
        (replace(ASKED, d=2**24), CLASSES, DIPOLE),
    ],
)
def test_the_first_that_can_do_what_is_asked(claim: Claim, classes: int, certifier: Certifier) -> None:
    assert chosen(claim, classes) is certifier


@pytest.mark.parametrize("n", [1, 2, 999, 1000])
@pytest.mark.parametrize("d", [1, 2**21, 2**21 + 1])
@pytest.mark.parametrize("bounds", [Bounds.TIGHT, Bounds.PAPER])
@pytest.mark.parametrize(
    ("decision", "k"), [(Decision.MAJORITY, None), (Decision.MULTICLASS, None), (Decision.TOP_K, 3)]
)
def test_it_is_refused_only_where_all_are(
    n: int, d: int, bounds: Bounds, decision: Decision, k: int | None
) -> None:
    claim = replace(ASKED, n=n, d=d, bounds=bounds, decision=decision, k=k)
    by_all = [replace(claim, certifier=one).problems(CLASSES) for one in CERTIFIERS]
    taken = replace(claim, certifier=chosen(claim)).problems(CLASSES)
    assert (not taken) == any(not problems for problems in by_all)


def test_the_most_preferred_answers_for_what_no_certifier_can_do() -> None:
    assert chosen(replace(ASKED, sigma=-1.0)) is chosen(ASKED)
