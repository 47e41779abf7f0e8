"""What is told of a run beside its table: a comparison with another table, and a picture of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.table import Table

from certify_client.bounded_files import UnusableFile
from certify_client.printed_numbers import down
from certify_client.result_tables import Result
from certify_client.table_reading import RadiiOfTable, radii_of_results, read_table

if TYPE_CHECKING:
    from certificates.reports.paired_radii import Bin, PairedRadii

_OWN, _OTHER = "#D55E00", "#555555"
_BAR: Final = 30
"""Characters of the histogram's longest bar."""


@dataclass(frozen=True, slots=True)
class Reports:
    """What was asked for: ``other``, the table to compare with, called ``called``; the picture's ``plot``."""

    called: str
    other: RadiiOfTable | None
    plot: Path | None

    @property
    def wanted(self) -> bool:
        """Whether anything was asked for."""
        return self.other is not None or self.plot is not None

    def comparison(self, own: Sequence[Result]) -> Table | None:
        """Return the comparison in words and bars; None if there is nothing to compare with."""
        if self.other is None:
            return None
        from certificates.reports.paired_radii import compare_radii  # noqa: PLC0415 - loads SciPy

        before, now = self.other.beside(radii_of_results(own))
        table = Table(title=None, show_header=False, box=None, pad_edge=False)
        for name, value in _lines(compare_radii(before, now), self.called):
            table.add_row(name, value)
        return table

    def draw(self, title: str, own: Sequence[Result]) -> None:
        """Write the picture of the certified accuracy of this run and of the table, if one is asked for.

        Raises UnusableFile if it cannot be written.
        """
        if self.plot is None:
            return
        from certificates.reports.accuracy_curves import accuracy_line, accuracy_points  # noqa: PLC0415
        from certificates.reports.curve_picture import ACCURACY_AXES, draw  # noqa: PLC0415 - loads SciPy

        told = [("this run", radii_of_results(own), _OWN, False)]
        if self.other is not None:
            told.append((self.called, self.other, _OTHER, True))
        lines = [
            accuracy_line(
                f"{name}: {radii.labelled:,} labelled rows; band: exact 95 % intervals",
                list(accuracy_points(radii.correct, radii.labelled)),
                colour,
                dashed=dashed,
            )
            for name, radii, colour, dashed in told
        ]
        try:
            self.plot.write_bytes(draw(title, ACCURACY_AXES, lines))
        except OSError as error:
            raise UnusableFile(f"{self.plot} cannot be written: {error.strerror}") from None


def asked_reports(compare: Path | None, plot: Path | None) -> Reports:
    """Read the table to compare with. Raises UnusableFile."""
    return Reports(
        "" if compare is None else compare.name, None if compare is None else read_table(compare), plot
    )


def _lines(told: PairedRadii, called: str) -> Iterator[tuple[str, str]]:
    yield f"rows in {called} too", f"{told.rows:,}: {told.both:,} certified in both"
    yield "certified in one alone", f"{told.only_second:,} here, {told.only_first:,} in {called}"
    if told.first_mean is not None and told.second_mean is not None:
        yield "mean radius", f"{down(told.second_mean)}, in {called} {down(told.first_mean)}"
    if told.mean_change is None or told.gaining is None or told.losing is None:
        return
    yield "mean gain", f"{told.mean_change:+.2%}"
    yield "gaining more than 1 %", f"{told.gaining:.1%}"
    yield "losing more than 1 %", f"{told.losing:.1%}"
    most = max(each.rows for each in told.histogram)
    for each in told.histogram:
        yield _range(each), f"{'#' * round(_BAR * each.rows / most)} {each.rows:,}".strip()


def _range(each: Bin) -> str:
    if each.low is None:
        return f"  below {each.high:+.1%}"
    if each.high is None:
        return f"  {each.low:+.1%} and more"
    return f"  {each.low:+.1%} to {each.high:+.1%}"
