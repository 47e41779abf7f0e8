"""Check the labels of a certificate: what it calls its classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from verification.certificate_comparison import shown
from verification.verdict import Check

LABEL: Final = "The classes are called as the model calls them."
WITHOUT_LABELS: Final = (
    "the document does not hold the model's labels: whether class {index} is called {label} could not be "
    "checked"
)
_PREDICTIONS: Final = ("prediction", "clean_prediction")


def label_check(stated: Mapping[str, Any], labels: Sequence[str] | None, counted: int | None = None) -> Check:
    """Compare what a certificate calls its classes with the model's labels, and with itself.

    ``labels`` are those of the model that the certificate names, in the order of its classes; None if they
    are not known. ``counted``: the classes that votes were counted for; None if only one was.
    """
    named = [(part, one["index"], one.get("label")) for part, one in _predictions(stated)]
    faults = [*_contradictions(named)]
    if labels is not None:
        faults += _other_labels(named, labels)
        if counted not in (None, len(labels)):
            faults.append(f"the counts are of {counted} classes, but the model has {len(labels)}")
    if faults or labels is not None:
        return Check("label", LABEL, tuple(faults))
    prediction = stated.get("prediction")
    told = prediction if isinstance(prediction, Mapping) else {}
    unknown = WITHOUT_LABELS.format(index=shown(told.get("index")), label=shown(told.get("label")))
    return Check("label", LABEL, unchecked=unknown)


def _predictions(stated: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the predictions whose class is a number; other faults of theirs are told elsewhere."""
    for part in _PREDICTIONS:
        one = stated.get(part)
        if isinstance(one, Mapping) and type(one.get("index")) is int:
            yield part, one


def _contradictions(named: Sequence[tuple[str, int, object]]) -> Iterator[str]:
    if len(named) == len(_PREDICTIONS):
        (first, index, label), (second, other_index, other) = named
        if index == other_index and label != other:
            yield f"class {index} is called {shown(label)} in {first}, but {shown(other)} in {second}"


def _other_labels(named: Sequence[tuple[str, int, object]], labels: Sequence[str]) -> Iterator[str]:
    for part, index, label in named:
        if not 0 <= index < len(labels):
            yield f"{part} is class {index}, but the model has the classes 0 to {len(labels) - 1}"
        elif label != labels[index]:
            yield f"{part} calls class {index} {shown(label)}, but the model calls it {shown(labels[index])}"
