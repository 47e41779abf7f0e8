"""Counts are of the classes that the model has, and samples selected the class."""

from __future__ import annotations

from typing import Any

import pytest

from certificates import DIPOLE, FIRST_ORDER
from tests.support.plain_certificates import plain
from verification.certificate_check import verify


def labels_of(answer: dict[str, Any], classes: int) -> list[str]:
    predicted = answer["certificate"]["prediction"]
    labels = [f"class {index}" for index in range(classes)]
    labels[predicted["index"]] = predicted["label"]
    return labels


def test_votes_for_fewer_or_more_classes_than_the_model_has_are_found() -> None:
    answer = plain(FIRST_ORDER)
    counted = len(answer["certificate"]["counts"]["hits"]["per_class"])
    assert verify(answer, labels=labels_of(answer, counted)).holds
    for classes in (counted + 1, counted + 8):
        [fault] = verify(answer, labels=labels_of(answer, classes)).faults
        assert fault == f"the counts are of {counted} classes, but the model has {classes}"


def test_pairs_count_one_class_alone() -> None:
    answer = plain(DIPOLE)
    assert verify(answer, labels=labels_of(answer, 7)).holds


@pytest.mark.parametrize("n0", [0, -1, -100])
def test_a_class_that_no_samples_selected_is_found(n0: int) -> None:
    answer = plain(FIRST_ORDER)
    answer["request"]["n0"] = answer["certificate"]["n0"] = n0
    assert verify(answer).faults == (f"n0 is {n0}, but samples selected the class",)
