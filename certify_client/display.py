"""What a person reads: the progress bar, the result in plain words, the list of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from certify_client import records
from verification.verdict import Verdict

OnProgress = Callable[[records.Standing], None]


@contextmanager
def progress_bar(console: Console) -> Iterator[OnProgress]:
    """Show a live bar while the block runs, on terminals only. Yields the function that updates it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} samples"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[certified]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("submitted", total=1, rate="", certified="")

        def show(job: records.Standing) -> None:
            speed, running = job.progress.samples_per_second, job.running
            bar.update(
                task,
                description=_activity(job),
                completed=job.progress.samples_done,
                total=job.progress.samples_total,
                rate="" if speed is None else f"{speed:,.0f}/s",
                certified="" if running is None else f"radius {running.radius} certified so far",
            )

        yield show


def _activity(job: records.Standing) -> str:
    if job.waiting_for is not None:
        return f"waiting: {job.waiting_for}"
    return job.status if job.queue_position is None else f"queued, place {job.queue_position}"


def result(job: records.Job) -> Text:
    """Say in plain words what a job has shown."""
    if job.stated is None:
        return _without_certificate(job)
    from certify_client import answer  # noqa: PLC0415 - loads SciPy, which all other commands spare

    said = answer.abstained(job.stated, job.warnings) if job.abstained else answer.certified(job.stated)
    if job.status is records.State.CANCELLED:
        why = f"Cancelled. This is what {job.stated['n']:,} samples support.\n"
        return Text.assemble((why, "yellow"), said)
    if job.stated["ended_by"] == "out_of_reach":
        given_up, n = job.stated["claim"]["stop_radius"], job.stated["n"]
        why = f"Radius {given_up} is out of reach: given up after {n:,} samples.\n"
        return Text.assemble((why, "yellow"), said)
    return said


def _without_certificate(job: records.Job) -> Text:
    if job.status is records.State.CANCELLED:
        return Text(f"Cancelled. Job {job.id} has no certificate.", style="yellow")
    reason = "no reason was given" if job.failure is None else f"{job.failure.detail} ({job.failure.type})"
    return Text(f"Failed. Job {job.id}: {reason}", style="red")


def verdict(outcome: Verdict) -> Text:
    """Say whether a claim holds, and if not, why; what could not be checked, and what no check shows."""
    text = Text(outcome.headline, style="bold green" if outcome.holds else "bold red")
    for fault in outcome.faults:
        text.append(f"\n- {fault}", style="not bold default")
    for sentence in outcome.unchecked:
        text.append(f"\nNot checked: {sentence}.", style="not bold yellow")
    for sentence in outcome.not_shown:
        text.append(f"\n{sentence}", style="not bold default")
    return text
