"""What a person reads: the progress bar, the result in plain words, the list of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from client import records
from client.verdict import Verdict

OnProgress = Callable[[records.Standing], None]


@contextmanager
def progress_bar(console: Console) -> Iterator[OnProgress]:
    """Show a live bar, on a terminal alone, while the block runs; it calls the function it is given."""
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
    if job.certificate is None:
        return _without_certificate(job)
    said = _abstained(job.certificate) if job.abstained else _certified(job.certificate)
    if job.status is not records.State.CANCELLED:
        return said
    return Text.assemble(
        (f"Cancelled. This is what {job.certificate['n']:,} samples support.\n", "yellow"), said
    )


def _without_certificate(job: records.Job) -> Text:
    if job.status is records.State.CANCELLED:
        return Text(f"Cancelled. Job {job.id} has no certificate.", style="yellow")
    reason = "no reason was given" if job.failure is None else f"{job.failure.detail} ({job.failure.type})"
    return Text(f"Failed. Job {job.id}: {reason}", style="red")


def _certified(certificate: dict[str, Any]) -> Text:
    unit = certificate.get("radius_unit", "L2 distance in the model's input space")
    text = Text(f"Certified: {_label(certificate)}, radius {certificate['radius']}\n", style="bold green")
    text.append(
        f"The smoothed classifier's answer stays {_label(certificate)} for every input closer than "
        f"{certificate['radius']} to this one ({unit}). The chance that this is wrong is at most "
        f"{certificate['eta']:g}.\n",
        style="not bold default",
    )
    return text.append(_how(certificate), style="not bold dim")


def _abstained(certificate: dict[str, Any]) -> Text:
    text = Text("Abstained: nothing could be certified\n", style="bold yellow")
    text.append(
        f"The samples do not show that the smoothed classifier answers {_label(certificate)}. "
        "A larger n or a smaller sigma may help.\n",
        style="not bold default",
    )
    return text.append(_how(certificate), style="not bold dim")


def _how(certificate: dict[str, Any]) -> str:
    bounds = [
        f"{name} >= {certificate[name]['lower']:.6f}"
        for name in ("p_a", "c_s", "c_n")
        if certificate.get(name) is not None
    ]
    if certificate.get("gradient_norm") is not None:
        bounds.append(f"gradient norm <= {certificate['gradient_norm']['upper']:.6f}")
    model = certificate["model"]
    kinds = (
        f"{certificate['bounds']} bounds, {certificate['noise']} noise, {certificate['decision']} decision"
    )
    return (
        f"{certificate['certifier']} certifier, {kinds}: {', '.join(bounds)}\n"
        f"model {model['name']} ({model['runtime']}, {model['provider']}), sigma {certificate['sigma']:g}, "
        f"n {certificate['n']:,}, eta {certificate['eta']:g}, seed {certificate['seed']}"
    )


def _label(certificate: dict[str, Any]) -> str:
    prediction = certificate["prediction"]
    label = prediction["label"]
    return f"class {prediction['index']}" if label is None else f"{label!r} (class {prediction['index']})"


def verdict(outcome: Verdict) -> Text:
    """Say whether a claim holds, and if not, why."""
    if not outcome.holds:
        text = Text("The claim does not hold.\n", style="bold red")
        return text.append("\n".join(f"- {fault}" for fault in outcome.faults), style="not bold default")
    if outcome.radius == 0.0:
        return Text("The claim holds: the counts certify nothing, and nothing is claimed.", style="green")
    return Text(f"The claim holds: the counts support radius {outcome.claimed_radius}.", style="bold green")


def models_table(models: list[records.Model]) -> Table:
    """List models with the noise each was trained with."""
    table = Table("model", "trained sigma", "description", box=None)
    for model in models:
        sigma = "" if model.trained_sigma is None else f"{model.trained_sigma:g}"
        table.add_row(model.name, sigma, model.description)
    return table
