"""What a person reads of a run: the live line, and the summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from certify_client.printed_numbers import down, up
from certify_client.records import Run
from certify_client.result_tables import Result

if TYPE_CHECKING:
    from certify_client.run_verification import RunVerdict

SHOWN: Final = 20
"""Most faults that are listed. A choice: what a person reads."""


@contextmanager
def live(console: Console, rows: int) -> Iterator[Callable[[Run], None]]:
    """Show a table of the run so far, and a bar, while the block runs, on terminals only.

    Yields the function that updates them.
    """
    columns = (
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} rows"),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console)
    task = bar.add_task("rows", total=rows, told="")
    if not console.is_terminal:
        yield lambda _: None
        return
    with Live(bar, console=console, transient=True) as shown:

        def report(run: Run) -> None:
            done = run.rows.succeeded + run.rows.failed + run.rows.cancelled
            bar.update(task, completed=done, told=_in_short(run))
            shown.update(Group(summary(run), bar) if done else bar)

        yield report


def _in_short(run: Run) -> str:
    return f"{run.rows.running} running, {run.rows.queued} queued"


def summary(run: Run) -> Table:
    """Return a table of what the rows say together. Radii are rounded down."""
    table = Table(title=None, show_header=False, box=None, pad_edge=False)
    for name, value in _lines(run):
        table.add_row(name, value)
    return table


def beside(name: str, own: Sequence[Result], other: Sequence[Result]) -> str:
    """Say how the radii of two certifiers that share their samples compare."""
    pairs = [(mine.radius, its.radius) for mine, its in zip(own, other, strict=True) if not mine.note]
    mean, its_mean = (sum(pair[side] for pair in pairs) / max(1, len(pairs)) for side in (0, 1))
    return (
        f"{name} on the same samples: mean radius {down(its_mean)} beside {down(mean)}; each certificate "
        "holds with its own eta, both together with twice that"
    )


def verdict(outcome: RunVerdict) -> Text:
    """Say whether all certificates of a run hold, and name the first that do not."""
    if outcome.holds and not outcome.settled:
        return Text(
            f"All {outcome.verified:,} certificates hold. Rows had not ended when the archive was written, "
            "so the run's sums were not compared.",
            style="bold yellow",
        )
    if outcome.holds:
        return Text(f"All {outcome.verified:,} certificates hold, and so do the sums.", style="bold green")
    text = Text(f"{outcome.verified:,} of {outcome.rows:,} rows hold.", style="bold red")
    for fault in outcome.faults[:SHOWN]:
        text.append(f"\n- {fault}", style="not bold default")
    if len(outcome.faults) > SHOWN:
        text.append(f"\n- and {len(outcome.faults) - SHOWN:,} more", style="not bold default")
    return text


def _lines(run: Run) -> Iterator[tuple[str, str]]:
    rows, told = run.rows, run.summary
    yield (
        "rows",
        f"{rows.total:,}: {rows.succeeded:,} succeeded, {rows.failed:,} failed, {rows.cancelled:,} cancelled",
    )
    yield "abstained", f"{rows.abstained:,}"
    shares = [
        ("certified", told.any_class),
        ("correct without noise", told.clean),
        ("certified and correct", told.smoothed),
    ]
    shares += [(f"certified at radius {each.radius}", each) for each in told.certified]
    for name, share in shares:
        if share is not None and share.share is not None:
            ends = f"{down(100 * share.low, 1)}% to {up(100 * share.high, 1)}%"
            yield name, f"{down(100 * share.share, 1)}% of {share.of:,} (95 % interval {ends})"
    if told.mean_radius is not None:
        yield "mean radius", down(told.mean_radius)
    if told.average_certified_radius is not None:
        yield "average certified radius", down(told.average_certified_radius)
    yield "false certificates", f"at most {told.false_certificates:.12g} expected"
    if told.samples < told.samples_asked:
        yield "samples", f"{told.samples:,} instead of {told.samples_asked:,}"
    else:
        yield "samples", f"{told.samples:,}"
