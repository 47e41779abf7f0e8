"""The fields of a run and of a row that a client may send."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from jobs.runs.run_records import MOST_RADII
from service.certification.requests import Body, CertificationFields, FormWithInput, JsonWithInput, StopFields

KEY_PATTERN = r"^[^\x00-\x1f\x7f]+$"
MOST_EXPECTED = 10**9
"""Most rows that may be expected. A choice, far above what a run may have."""
LONGEST_KEY = 200

Label = Annotated[
    int | str,
    Field(
        description="True class of the input: its index, or its label as the model has it. Summaries then "
        "state how many rows are correct."
    ),
]


class RunFields(CertificationFields):
    """What all rows of a run have in common: the fields of a certification, without an input."""

    name: str = Field(
        min_length=1, max_length=200, description="What to call the run. It need not be unique."
    )
    stop: StopFields | None = Field(
        default=None, description="End each row early once a radius is certified, as for a certification."
    )
    radii: list[Annotated[float, Field(gt=0)]] = Field(
        default=[],
        max_length=MOST_RADII,
        description="Radii of interest, in input units: summaries state the certified accuracy at each.",
    )
    expected_rows: int | None = Field(
        default=None,
        ge=1,
        le=MOST_EXPECTED,
        description="How many rows there will be, if you know. Summaries then estimate the end.",
    )

    def stops(self) -> StopFields | None:
        """Return when each row may end early."""
        return self.stop


class RowFields(Body):
    """What a row has beside its input."""

    fixed_elsewhere: ClassVar[str | None] = "is not a field of a row: its run fixes it for all rows"

    key: str = Field(
        min_length=1,
        max_length=LONGEST_KEY,
        pattern=KEY_PATTERN,
        description="Names the row within its run, for example by the file's path. The same key again, with "
        "the same input, gives the same job. The row's seed follows from the run's seed and the key.",
    )
    label: Label | None = Field(default=None)


class SkippedFields(Body):
    """A row that will not come."""

    key: str = Field(
        min_length=1, max_length=LONGEST_KEY, pattern=KEY_PATTERN, description="The key that it would have."
    )
    reason: str = Field(min_length=1, max_length=1000, description="Why it does not come, in words.")


class RowJson(RowFields, JsonWithInput):
    """A row as JSON: exactly one of `image` and `tensor`."""


class RowForm(RowFields, FormWithInput):
    """A row as multipart form: exactly one file part, `image` or `tensor`."""
