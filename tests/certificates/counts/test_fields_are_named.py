"""Whatever is malformed in the counts of a certificate, the message names its field."""

from __future__ import annotations

import re

import pytest

from certificates import Evidence

HITS: dict[str, object] = {"n": 10, "target": 1, "per_class": [3, 7]}
PAIRS: dict[str, object] = {"pairs": 10, "both": 5, "plus_only": 2, "minus_only": 1, "target": 0}
SUMS: dict[str, object] = {"d": 4, "pairs": 5, "paired_sum": -1.5, "all_pairs": None, "per_class": None}
MEAN: dict[str, object] = {"weights": "scores", "n": 10, "d": 4, "mean": 0.5, "error": 0.0, "n_asked": None}
NUMBERS = ("n", "d", "n_asked")


def with_hits(**fields: object) -> dict[str, object]:
    return {"hits": {**HITS, **fields}, "pairs": None, "gradient": None}


def with_pairs(**fields: object) -> dict[str, object]:
    return {"hits": None, "pairs": {**PAIRS, **fields}, "gradient": None}


def with_sums(**fields: object) -> dict[str, object]:
    return {"hits": HITS, "pairs": None, "gradient": {**SUMS, **fields}}


def refusal(data: object) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        Evidence.from_dict(data)  # type: ignore[arg-type]  # whatever a reader is given
    return str(caught.value)


def test_the_examples_are_read() -> None:
    for data in (with_hits(), with_pairs(), with_sums(all_pairs=MEAN), with_sums(per_class=[MEAN, MEAN])):
        Evidence.from_dict(data)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        *((with_hits(**{name: 1.5}), f"hits.{name}") for name in ("n", "target")),
        (with_hits(per_class=[3, 7.5]), "hits.per_class"),
        *((with_pairs(**{name: 1.5}), f"pairs.{name}") for name in PAIRS),
        *((with_sums(**{name: 1.5}), f"gradient.{name}") for name in ("d", "pairs")),
        *((with_sums(all_pairs={**MEAN, name: 1.5}), f"gradient.all_pairs.{name}") for name in NUMBERS),
        *(
            (with_sums(per_class=[MEAN, {**MEAN, name: 1.5}]), f"gradient.per_class[1].{name}")
            for name in ("n", "d")
        ),
    ],
)
def test_a_count_that_is_no_integer(data: object, name: str) -> None:
    assert refusal(data) == f"{name} must be an integer"


@pytest.mark.parametrize("value", [2.0**33 * (1.0 + 2.0**-52), -(2.0**34), float("nan"), True, "1"])
@pytest.mark.parametrize(
    ("part", "name"),
    [
        (None, "paired_sum"),
        *(("all_pairs", name) for name in ("mean", "error")),
    ],
)
def test_a_number_that_no_sum_can_be(part: str | None, name: str, value: object) -> None:
    sums = {name: value} if part is None else {part: {**MEAN, name: value}}
    place = f"gradient.{name}" if part is None else f"gradient.{part}.{name}"
    assert refusal(with_sums(**sums)) == f"{place} must be a finite number of at most 8.58993e+09 in size"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ([], "evidence"),
        ({"hits": HITS}, "evidence"),
        (with_hits(more=1), "hits"),
        (with_pairs(more=1), "pairs"),
        (with_sums(more=1), "gradient"),
        (with_sums(split=None), "gradient"),
        ({"hits": HITS, "pairs": None, "gradient": {"d": 4, "pairs": 5, "paired_sum": -1.5}}, "gradient"),
        (with_sums(all_pairs={**MEAN, "more": 1}), "gradient.all_pairs"),
        (with_sums(per_class=[MEAN, {**MEAN, "more": 1}]), "gradient.per_class[1]"),
    ],
)
def test_an_object_with_other_fields(data: object, name: str) -> None:
    assert re.match(rf"{re.escape(name)} must be an object with the fields ", refusal(data))


@pytest.mark.parametrize("weights", ["votes", None, ["scores"]])
def test_weights_that_there_are_not(weights: object) -> None:
    mean = {**MEAN, "weights": weights}
    names = "must be one of scores, misses"
    assert refusal(with_sums(all_pairs=mean)) == f"gradient.all_pairs.weights {names}"
    assert refusal(with_sums(per_class=[mean])) == f"gradient.per_class[0].weights {names}"


@pytest.mark.parametrize("per_class", [7, {}, [], "x"])
def test_statistics_of_classes_that_are_no_list(per_class: object) -> None:
    assert refusal(with_sums(per_class=per_class)).startswith("gradient.per_class must be a list")


def test_a_dimension_past_what_float64_counts() -> None:
    large = 2**53 + 1
    assert refusal(with_sums(d=large)) == "d must not exceed 2**53, past which float64 skips integers"
