"""One row of a test set, before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from certify_client.input_files import ImageFile, TensorFile

MOST_ROWS: Final = 100_000
"""A test set of more rows is refused: a run has no more, unless the service is set up so. ImageNet's has
50,000."""
MOST_ENTRIES: Final = 2 * MOST_ROWS
"""An archive of more files and folders is refused: a row may have a file with its label."""
IMAGE_ENDINGS: Final = (".png", ".jpg", ".jpeg", ".webp")
ENDINGS: Final = (*IMAGE_ENDINGS, ".npy")
"""Names of files that are rows; what is in them decides how they are read."""


@dataclass(frozen=True, slots=True)
class DataRow:
    """One row. ``index`` counts from 0 over the whole test set, ``key`` names the row.

    ``label`` is its true class: an index, a label of the model, or None.
    ``read`` returns the input; it raises UnusableFile if this row alone cannot be read.
    """

    index: int
    key: str
    label: int | str | None
    read: Callable[[], ImageFile | TensorFile]


@dataclass(frozen=True, slots=True)
class Dataset:
    """All rows of a test set, in an order that is the same each time. ``about`` says what was found."""

    about: str
    rows: Sequence[DataRow]

    def chosen(self, every: int, most: int | None) -> Iterator[DataRow]:
        """Yield every ``every``-th row, at most ``most`` of them, as the field's scripts choose."""
        yield from self.rows[::every][:most]

    def labelled(self, labels: dict[str, str]) -> Dataset:
        """Return the test set with these labels, by key or by file name; others have none."""
        rows = [
            replace(row, label=labels.get(row.key, labels.get(row.key.rpartition("/")[2])))
            for row in self.rows
        ]
        return Dataset(self.about, rows)


def is_row(name: str) -> bool:
    """Whether a file of this name is a row; hidden files, and those in hidden folders, are not."""
    hidden = any(part.startswith((".", "__MACOSX")) and part != "." for part in name.split("/"))
    return name.lower().endswith(ENDINGS) and not hidden
