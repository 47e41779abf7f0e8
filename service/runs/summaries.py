"""What the rows of a run say together: accuracies with exact intervals, the average certified radius."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from certificates.reports.accuracy_curves import accuracy_at
from jobs.runs.run_records import Reached, RunRecord
from service.runs.run_resources import CertifiedResource, RunSummaryResource, ShareResource

FARTHEST_S: Final = 10 * 365 * 24 * 3600.0
"""An end that is farther away is not told, in seconds. A choice: ten years."""


def share_of(rows: int, of: int) -> ShareResource:
    """Return a share with its exact two-sided 95 % interval (Clopper and Pearson 1934)."""
    told = accuracy_at(0.0, rows, of)
    return ShareResource(rows=rows, of=of, share=told.share, low=told.low, high=told.high)


def certified_at(radii: Sequence[float], counts: Sequence[int], of: int) -> list[CertifiedResource]:
    """Return the share of rows at each radius, which ``counts`` of them reach."""
    pairs = zip(radii, counts, strict=True)
    return [CertifiedResource(**asdict(accuracy_at(radius, rows, of))) for radius, rows in pairs]


def summarise(run: RunRecord, certified: Sequence[int]) -> RunSummaryResource:
    """Summarise a run; ``certified``: correct rows at each of the run's radii of interest."""
    counts, spec = run.counts, run.spec
    return RunSummaryResource(
        clean=share_of(counts.clean_correct, counts.clean_known) if counts.clean_known else None,
        smoothed=share_of(counts.correct, counts.labelled),
        certified=certified_at(spec.radii, certified, counts.labelled),
        average_certified_radius=_average(counts.radius_sum, counts.labelled, spec.radius_steps),
        any_class=share_of(*counts.of(Reached.CERTIFIED)),
        mean_radius=_average(counts.certified_sum, counts.succeeded, spec.radius_steps),
        false_certificates=spec.eta * counts.succeeded,
        samples=counts.samples,
        samples_asked=spec.n * counts.ended,
    )


def _average(radius_sum: int, rows: int, steps: float) -> float | None:
    """Return the mean, rounded down to a step: every radius was rounded down to that before it was added."""
    return radius_sum // rows / steps if rows else None


def estimated_end(run: RunRecord) -> float | None:
    """Return when the last expected row ends at the mean rate so far, in seconds since the epoch.

    None if that is not known, or years away.
    """
    counts, expected = run.counts, run.spec.expected_rows
    ended = counts.ended + counts.skipped
    if expected is None or run.ended_at is None or ended == 0 or ended >= expected:
        return None
    rate = ended / max(run.ended_at - run.created_at, 1e-3)
    left = (expected - ended) / rate
    return max(time.time(), run.ended_at) + left if left < FARTHEST_S else None
