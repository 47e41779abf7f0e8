"""A verdict says in words what does not hold, and what no check can show."""

from __future__ import annotations

import pytest

from certificates import HitCounts, PairCounts
from certify_client import display
from tests.support.certificate_documents import Document, document_of
from verification.certificate_check import verify
from verification.verdict import NOT_SAMPLED, NOT_SIGNED, UnreadableCertificate

RADIUS = document_of("first_order")["certificate"]["radius"]


@pytest.fixture
def document() -> Document:
    return document_of("first_order")


def test_where_the_radius_is_right_the_headline_names_the_failed_checks(document: Document) -> None:
    document["certificate"]["n0"] += 1
    begins = f"The claim does not hold. The counts support its radius {RADIUS}, but it fails the check of "
    assert verify(document).headline == f"{begins}the request."
    document["status"] = "cancelled"
    assert verify(document).headline == f"{begins}the job's end and of the request."


def test_a_wrong_radius_is_told_beside_the_right_one(document: Document) -> None:
    document["certificate"]["radius"] = 1.5
    told = f"The claim does not hold. It states radius 1.5; the counts support {RADIUS}."
    assert verify(document).headline == told


def test_counts_that_support_nothing_do_not_support_a_radius_of_zero(document: Document) -> None:
    document["certificate"] |= {"radius": 0.0}
    document["certificate"]["claim"]["certifier"] = "dipole"
    told = "The claim does not hold. The counts support no such certificate."
    assert verify(document).headline == told


def test_a_label_that_differs_from_that_of_the_same_class_is_found(document: Document) -> None:
    index = document["certificate"]["prediction"]["index"]
    document["certificate"]["prediction"]["label"] = "3"
    verdict = verify(document)
    assert verdict.failed == ("label",)
    assert verdict.faults == (f"class {index} is called '3' in prediction, but '4' in clean_prediction",)


def test_the_command_says_the_same_and_what_was_not_checked(document: Document) -> None:
    verdict = verify(document)
    told = display.verdict(verdict).plain.splitlines()
    assert told[0] == verdict.headline
    assert told[1].startswith("Not checked: the document does not hold the model's labels")
    assert told[2:] == [NOT_SAMPLED, NOT_SIGNED]


def test_a_change_in_both_places_is_not_found_and_that_is_told(document: Document) -> None:
    for part in ("request", "certificate"):
        document[part]["seed"] = "99"
    verdict = verify(document)
    assert verdict.holds
    assert NOT_SIGNED in verdict.not_shown


def test_a_gradient_statistic_of_an_unknown_kind_is_refused_with_the_names_of_the_known() -> None:
    document = document_of("second_order")
    gradient = document["certificate"]["counts"]["gradient"]
    gradient["split"] = gradient.pop("all_pairs")
    said = (
        r"counts cannot be read: gradient must be an object with the fields all_pairs, d, paired_sum, pairs"
    )
    with pytest.raises(UnreadableCertificate, match=said):
        verify(document)


def test_votes_that_do_not_sum_to_n_are_told_with_both_numbers(document: Document) -> None:
    document["certificate"]["counts"]["hits"]["n"] = 200_000
    with pytest.raises(UnreadableCertificate, match="n is 200000, but the votes of per_class sum to 100000"):
        verify(document)
    with pytest.raises(ValueError, match="holds -1 votes"):
        HitCounts(3, 0, (4, -1))
    with pytest.raises(ValueError, match="pairs is 5, but both, plus_only and minus_only sum to 6"):
        PairCounts(5, 4, 1, 1, 0)
