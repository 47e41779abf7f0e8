"""The records of runs: what all rows have in common, how they stand, and one row."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from jobs.job_records import JobId, JobState
from jobs.record_base import Record
from jobs.spec import AskedSpec, InputRecord, JobSpec

RUN_VERSION: Final = 1
"""Version of stored runs. Only this version is read; raise it when what is stored changes."""
MOST_RADII: Final = 32
"""Most radii of interest. A choice: each costs one count of a sorted set in every summary."""
_SEEDS: Final = 2**63

RunId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""128 random bits, URL-safe base64."""


class Reached(StrEnum):
    """Which rows count at a radius, if theirs is at least as large."""

    CORRECT = "correct"
    """Rows that are certified to be of the class of their label."""

    CERTIFIED = "certified"
    """Rows that are certified, of whatever class."""


class RunState(StrEnum):
    """How a run stands. ``COMPLETE``: all expected rows have ended or are skipped, and none is open.

    A run that is complete still takes rows; it is open again until they have ended.
    """

    OPEN = "open"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


class RunSpec(AskedSpec):
    """What all rows of a run have in common, as accepted. It never changes afterwards.

    ``radii``: radii of interest, in input units, at which summaries state the certified accuracy;
    ``expected_rows``: how many rows there will be, if that is known; the other fields are those of a job.
    """

    name: str
    radii: tuple[float, ...] = ()
    expected_rows: int | None = None

    def row(self, key: str, given: InputRecord) -> JobSpec:
        """Return the job of the row of this key, whose input is ``given``."""
        common = {name: getattr(self, name) for name in AskedSpec.model_fields}
        return JobSpec(**{**common, "seed": self.seed_of(key)}, input=given)

    @property
    def radius_steps(self) -> float:
        """Return how many steps an input unit has in sums of radii: 1e9, or fewer if sigma is 10 or more.

        A radius is below 40 sigma, so it has fewer than 4e11 steps, and 1e7 of them add in 63 bits.
        """
        return 10.0 ** (9 - max(0, int(f"{self.sigma:e}".partition("e")[2])))

    def seed_of(self, key: str) -> int:
        """Return the seed of the row of this key: 63 bits of the SHA-256 of the run's seed and the key.

        It does not depend on the order of the rows, nor on who sends them.
        """
        text = f"{self.seed} {key}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") % _SEEDS


class RunCounts(Record):
    """Counts over the rows of a run. Those from ``abstained`` on are about rows that succeeded.

    ``labelled``: rows with a label; ``correct``: of these, rows whose smoothed class is certified and is the
    label; ``clean_known`` and ``clean_correct``: of these, rows with a clean prediction, and those where it
    is the label. ``radius_sum`` and ``certified_sum``: sum over correct rows, and over all certified ones, of
    the radius times ``RunSpec.radius_steps``, each rounded down. ``skipped`` is not about rows: so many keys
    will not come as rows.
    """

    rows: int = 0
    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    samples: int = 0
    abstained: int = 0
    labelled: int = 0
    correct: int = 0
    clean_known: int = 0
    clean_correct: int = 0
    radius_sum: int = 0
    certified_sum: int = 0
    skipped: int = 0

    def of(self, reached: Reached) -> tuple[int, int]:
        """Return the number of such rows, and the number of those that could be."""
        if reached is Reached.CORRECT:
            return self.correct, self.labelled
        return self.succeeded - self.abstained, self.succeeded

    @property
    def ended(self) -> int:
        """Return how many rows have ended."""
        return self.succeeded + self.failed + self.cancelled


class RunRecord(Record):
    """A run as read from the store. Times are seconds since the epoch (UTC).

    ``cancelled``: it takes no more rows, though some may still be open;
    ``ended_at``: when the last of the rows so far ended; None before any row has.
    """

    id: RunId
    spec: RunSpec
    cancelled: bool
    created_at: float
    ended_at: float | None
    counts: RunCounts

    @property
    def state(self) -> RunState:
        """How the run stands. jobs/lua/list_runs.lua tells the same."""
        if self.cancelled:
            return RunState.CANCELLED
        counts, expected = self.counts, self.spec.expected_rows
        all_came = expected is not None and counts.ended + counts.skipped >= expected
        return RunState.COMPLETE if all_came and counts.ended == counts.rows else RunState.OPEN

    @property
    def finished(self) -> bool:
        """Whether no row is open, and the run is cancelled or all expected rows have ended or are skipped."""
        return self.state is not RunState.OPEN and self.counts.ended == self.counts.rows


class RowEnd(Record):
    """How a row ended; ``predicted`` to ``radius`` are None without a certificate.

    ``predicted`` is the smoothed class, also where the row abstains; ``clean``: the class of the input
    without noise. ``seconds``: from the start of its job to its end.
    """

    state: JobState
    predicted: int | None
    clean: int | None
    abstained: bool | None
    radius: float | None
    samples: int
    seconds: float | None

    def correct(self, label: int) -> bool:
        """Whether the row is certified to be of this class."""
        return self.state is JobState.SUCCEEDED and not self.abstained and self.predicted == label


class Row(Record):
    """One row of a run. ``number``: its place by the time of arrival, from 1; ``label``: its true class."""

    number: int
    key: str
    job_id: JobId
    label: int | None
    end: RowEnd | None


class SkippedRow(Record):
    """A row that will not come, and why. ``number``: its place in the order in which that was said."""

    number: int
    key: str
    reason: str
