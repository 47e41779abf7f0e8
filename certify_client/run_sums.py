"""Compare what a run says of its rows together with its table of rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from certificates.reports.accuracy_curves import accuracy_at
from verification.certificate_comparison import RELATIVE_TOLERANCE, shown

Rows = Sequence[Mapping[str, Any]]

_ENDS: Final = ("succeeded", "failed", "cancelled")
_DID: Final = {
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "were cancelled",
    "abstained": "abstained",
    "labelled": "succeeded and have a label",
}


def settled(run: Mapping[str, Any], rows: Rows) -> bool:
    """Whether all rows had ended when the run was read, so that its sums are those of the table."""
    counts = run["rows"]
    return not counts["queued"] and not counts["running"] and len(rows) <= counts["total"]


def sum_faults(run: Mapping[str, Any], rows: Rows) -> Iterator[str]:
    """Compare the run's sums with its rows, which have all ended."""
    counts, summary = run["rows"], run["summary"]
    succeeded = [row for row in rows if row["status"] == "succeeded"]
    labelled = [row for row in succeeded if row["label"] is not None]
    found = Counter(row["status"] for row in rows)
    if others := len(rows) - sum(found[name] for name in _ENDS):
        yield f"the run says that no row is open, but {others} rows of its table have not ended"
    found.update(abstained=sum(row["abstained"] for row in succeeded), labelled=len(labelled))
    for name in _DID:
        if counts[name] != found[name]:
            yield f"the run says that {counts[name]} rows {_DID[name]}, its table {found[name]}"
    if [each["radius"] for each in summary["certified"]] != list(run["request"]["radii"]):
        yield "the run's certified accuracies are not at the radii that were asked for"
    for share, number, of in _shares(summary, succeeded, labelled):
        yield from _share_faults(share, number, of)
    yield from _mean_faults(summary, succeeded, labelled)
    least = run["request"]["eta"] * len(succeeded)
    if summary["false_certificates"] < least * (1.0 - RELATIVE_TOLERANCE):
        yield f"the run expects {shown(summary['false_certificates'])} false certificates, not {least:g}"


def _shares(
    summary: Mapping[str, Any], succeeded: Rows, labelled: Rows
) -> Iterator[tuple[Mapping[str, Any], int, int]]:
    """Yield each share that the run states, the rows that it is of by the table, and of how many."""
    correct = [row["radius"] for row in labelled if row["correct"]]
    yield summary["smoothed"], len(correct), len(labelled)
    for each in summary["certified"]:
        yield each, sum(radius >= each["radius"] for radius in correct), len(labelled)
    yield summary["any_class"], sum(not row["abstained"] for row in succeeded), len(succeeded)
    known = [row for row in labelled if row["clean"] is not None]
    if known or summary["clean"] is not None:
        right = sum(row["clean"] == row["label"] for row in known)
        yield summary["clean"] or {"rows": 0, "of": 0}, right, len(known)


def _share_faults(share: Mapping[str, Any], number: int, of: int) -> Iterator[str]:
    if (share["rows"], share["of"]) != (number, of):
        yield f"the run says {share['rows']} of {share['of']} rows, its table {number} of {of}"
        return
    told = accuracy_at(0.0, number, of)
    for name, value in (("share", told.share), ("low", told.low), ("high", told.high)):
        if not _agree(share[name], value):
            yield f"the {name} of {number} of {of} rows is {shown(share[name])}, not {shown(value)}"


def _agree(stated: object, value: float | None) -> bool:
    if value is None or isinstance(stated, bool) or not isinstance(stated, int | float):
        return stated is value
    return math.isclose(stated, value, rel_tol=RELATIVE_TOLERANCE, abs_tol=RELATIVE_TOLERANCE)


def _mean_faults(summary: Mapping[str, Any], succeeded: Rows, labelled: Rows) -> Iterator[str]:
    correct = [row["radius"] for row in labelled if row["correct"]]
    certified = [row["radius"] for row in succeeded if not row["abstained"]]
    for name, radii, among in (
        ("average_certified_radius", correct, labelled),
        ("mean_radius", certified, succeeded),
    ):
        mean, largest = summary[name], sum(radii) / max(1, len(among))
        if mean is not None and mean > largest * (1 + 1e-12):
            about = name.replace("_", " ")
            yield f"the run's {about} is {shown(mean)}, that of its table {shown(largest)}"
