"""The ``certify`` command: certify a file, ask for a job again, verify a certificate, list the models."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from certify_client import dataset_command, display, rescore_command, run_display
from certify_client.client_errors import ServiceError
from certify_client.exit_faults import EXIT_STATUS, Exit, faults_end_the_command, report
from certify_client.input_files import read_input
from certify_client.interrupts import Interrupted
from certify_client.job_following import named, run, watch
from certify_client.json_documents import read_document
from certify_client.lazy_help import NamesCertifiers
from certify_client.model_listing import listing
from certify_client.options import AsJson, KeyFile, Plot, Proxy, Seconds, Url, Version, connection, number
from certify_client.output_streams import guarded_streams, printable
from certify_client.parameters import Parameters
from certify_client.pictures_saved import save_picture
from certify_client.planning_ahead import estimated_share, plan_in_words
from certify_client.records import Job, State

app = typer.Typer(
    no_args_is_help=True, add_completion=False, epilog=EXIT_STATUS, pretty_exceptions_enable=False
)


dataset_command.add_to(app)
rescore_command.add_to(app)


@app.callback()
def _certify(*, version: Version = False) -> None:
    """Certify how far an image may be changed before a classifier's answer changes; check certificates."""


@app.command("file", cls=NamesCertifiers, epilog=EXIT_STATUS)
def certify_file(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="PNG, JPEG or WebP image, or a .npy tensor.")],
    *,
    model: Annotated[str, typer.Option(help="Base classifier; see 'certify models'.")],
    certifier: Annotated[str | None, typer.Option(help="Kind of certificate.")] = None,
    sigma: Annotated[float | None, number("Noise; default: what the model was trained with.")] = None,
    n: Annotated[int | None, typer.Option(help="Evaluations of the classifier.")] = None,
    n0: Annotated[int | None, typer.Option(help="Evaluations that select the class.")] = None,
    eta: Annotated[float | None, number("Probability that the certificate may be wrong.")] = None,
    bounds: Annotated[str | None, typer.Option(help="tight or paper.")] = None,
    decision: Annotated[str | None, typer.Option(help="majority, multiclass or top_k.")] = None,
    k: Annotated[int | None, typer.Option("-k", help="Rank of the decision top_k.")] = None,
    noise: Annotated[str | None, typer.Option(help="gaussian or discrete.")] = None,
    stop_radius: Annotated[float | None, number("End once this radius is certified.")] = None,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="End also once --stop-radius is out of reach.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Seed of the noise; default: drawn at random.")] = None,
    plot: Plot = None,
    timeout: Seconds = None,
    url: Url = None,
    key_file: KeyFile = None,
    proxy: Proxy = None,
    as_json: AsJson = False,
) -> None:
    """Certify FILE. This is the default: 'certify FILE ...' does the same.

    Ctrl-C, SIGTERM and SIGHUP cancel the job.
    """
    parameters = Parameters(
        model, certifier, sigma, n, n0, eta, bounds, decision, k, noise, stop_radius, give_up or None, seed
    )
    with faults_end_the_command():
        given = read_input(path)
        with connection(url, key_file, proxy) as client:
            job = run(client, given, parameters, timeout)
            status = _show(job, as_json)
            save_picture(client, job, plot)
    raise typer.Exit(status)


@app.command("show", epilog=EXIT_STATUS)
def show_job(
    job_id: Annotated[str, typer.Argument(metavar="ID", help="The id that 'certify FILE' wrote to stderr.")],
    *,
    plot: Plot = None,
    timeout: Seconds = None,
    url: Url = None,
    key_file: KeyFile = None,
    proxy: Proxy = None,
    as_json: AsJson = False,
) -> None:
    """Wait for a job that was submitted before, and show its answer. Ending this command leaves the job."""
    with faults_end_the_command(), connection(url, key_file, proxy) as client:
        job = watch(client, job_id, timeout)
        status = _show(job, as_json)
        save_picture(client, job, plot)
    raise typer.Exit(status)


@app.command("verify", epilog=EXIT_STATUS)
def verify_file(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT", help="What 'certify --json' printed, or a run's evidence; - is stdin."
        ),
    ],
) -> None:
    """Recompute the bounds and the radius from a certificate's counts; exit 0 if its claim holds.

    RESULT may also be the zip archive of a run's evidence: then every row is checked, and the run's sums.
    """
    with faults_end_the_command():
        from certify_client import run_verification  # noqa: PLC0415 - loads SciPy, which the other commands spare
        from verification.certificate_check import verify  # noqa: PLC0415 - as above

        if str(path) != "-" and run_verification.is_evidence(path):
            run = run_verification.verify_run(path)
            _say(run_display.verdict(run))
            holds = run.holds
        else:
            outcome = verify(read_document(path))
            _say(display.verdict(outcome))
            holds = outcome.holds
    raise typer.Exit(Exit.CERTIFIED if holds else Exit.CLAIM_DOES_NOT_HOLD)


@app.command("plan", cls=NamesCertifiers, epilog=EXIT_STATUS)
def plan_job(
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Image or tensor whose score is to be estimated.")
    ] = None,
    *,
    model: Annotated[str, typer.Option(help="Base classifier; see 'certify models'.")],
    radius: Annotated[float | None, number("Radius to certify.")] = None,
    share_of: Annotated[float | None, number("Share of the samples that hit; FILE estimates it.")] = None,
    certifier: Annotated[str | None, typer.Option(help="Kind of certificate.")] = None,
    sigma: Annotated[float | None, number("Noise; default: what the model was trained with.")] = None,
    n: Annotated[int | None, typer.Option(help="Evaluations of the classifier.")] = None,
    eta: Annotated[float | None, number("Probability that the certificate may be wrong.")] = None,
    bounds: Annotated[str | None, typer.Option(help="tight or paper.")] = None,
    decision: Annotated[str | None, typer.Option(help="majority, multiclass or top_k.")] = None,
    k: Annotated[int | None, typer.Option("-k", help="Rank of the decision top_k.")] = None,
    noise: Annotated[str | None, typer.Option(help="gaussian or discrete.")] = None,
    timeout: Seconds = None,
    url: Url = None,
    key_file: KeyFile = None,
    proxy: Proxy = None,
    as_json: AsJson = False,
) -> None:
    """Tell what n samples can give, how many a radius takes, and how long that lasts; certify nothing.

    With FILE, a job of 100 samples estimates the share of them that hit.
    """
    if path is not None and share_of is not None:
        raise typer.BadParameter("give either FILE or --share-of: FILE estimates the share")
    asked = Parameters(model, certifier, sigma, n, None, eta, bounds, decision, k, noise)
    with faults_end_the_command():
        given = None if path is None else read_input(path)
        with connection(url, key_file, proxy) as client:
            score = share_of if given is None else estimated_share(client, given, asked, timeout)
            plan = client.plan(asked, radius=radius, score=score)
        if as_json:
            _print_json(plan.document)
        else:
            _say(plan_in_words(plan))
    raise typer.Exit(Exit.CERTIFIED)


@app.command("models", epilog=EXIT_STATUS)
def list_models(
    url: Url = None, key_file: KeyFile = None, proxy: Proxy = None, as_json: AsJson = False
) -> None:
    """List the installed base classifiers, and say what is wrong with those that cannot be used."""
    with faults_end_the_command(), connection(url, key_file, proxy) as client:
        models, ready = client.models(), client.readiness()
        if as_json:
            broken = ready.broken_models
            _print_json({"models": [model.document for model in models], "broken_models": broken})
        else:
            _say(listing(models, ready))


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; if the first argument is not a subcommand, it is a file to certify."""
    given = sys.argv[1:] if arguments is None else arguments
    commands = {command.name for command in app.registered_commands}
    if given and given[0] not in commands and given[0] not in {"--help", "--version"}:
        given = ["file", *given]
    with guarded_streams():
        try:
            status = _status_of(given)
            sys.stdout.flush()
        except (Exception, Interrupted, KeyboardInterrupt) as fault:  # noqa: BLE001 - every fault has a status
            status = report(fault)
    sys.exit(int(status))


def _status_of(given: list[str]) -> int:
    try:
        app(given, prog_name="certify")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else Exit.DEFECT
    return Exit.CERTIFIED


def _show(job: Job, as_json: bool) -> Exit:
    """Print a job's answer and return the status that it stands for."""
    with named(job.id):
        if as_json:
            _print_json(job.document)
        try:
            status, words = _status(job), None if as_json else display.result(job)
        except (LookupError, TypeError, ValueError) as error:
            told = f"the certificate is not as this client expects it ({error!r}); --json prints it as it is"
            raise ServiceError(told) from error
        if words is not None:
            _say(words)
        sys.stdout.flush()
        return status


def _status(job: Job) -> Exit:
    if job.status is State.SUCCEEDED:
        return Exit.ABSTAINED if job.abstained else Exit.CERTIFIED
    return Exit.CANCELLED if job.status is State.CANCELLED else Exit.FAILED


def _say(text: Text) -> None:
    text.plain = printable(text.plain)
    Console().print(text, soft_wrap=True)


def _print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, indent=2) + "\n")
