"""A catalogue holds objects by name, in the order in which they were registered."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from certificates.catalogue import Catalogue


@dataclass(frozen=True)
class Thing:
    name: str


ONE, TWO = Thing("one"), Thing("two")


def test_what_it_is_made_with_is_found_by_name() -> None:
    catalogue = Catalogue("Thing", "What is held.", ONE, TWO)
    assert (catalogue.kind, catalogue.about) == ("Thing", "What is held.")
    assert (catalogue.names(), list(catalogue), len(catalogue)) == (("one", "two"), [ONE, TWO], 2)
    assert catalogue.named("two") is TWO
    assert ONE in catalogue
    assert Thing("three") not in catalogue
    assert Thing("three") not in Catalogue[Thing]("Thing", "None at all.")
    assert Thing("one") in Catalogue("Thing", "One.", ONE)


def test_a_name_is_taken_once_and_a_missing_one_is_told_with_all_there_are() -> None:
    catalogue = Catalogue("Thing", "What is held.", ONE)
    assert catalogue.register(TWO) is TWO
    with pytest.raises(ValueError, match=r"^there is a thing 'one' already$"):
        catalogue.register(Thing("one"))
    with pytest.raises(ValueError, match=r"^'six' is no thing; there are one, two$"):
        catalogue.named("six")
