"""The ``certify`` command: certify a file, verify a certificate, list the models."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from client import display
from client.api import DEFAULT_URL, CertificationClient, Parameters
from client.errors import ClientError, RequestRefused, WaitTimeout
from client.inputs import ImageFile, TensorFile, UnusableFile, read_input
from client.records import Job, State
from client.verdict import UnreadableCertificate


class Exit(IntEnum):
    """Exit status of ``certify``."""

    CERTIFIED = 0
    CLAIM_DOES_NOT_HOLD = 1
    REFUSED = 2
    ABSTAINED = 3
    FAILED = 4
    CANCELLED = 5
    UNAVAILABLE = 6
    TIMED_OUT = 7


EPILOG = (
    "Exit status: 0 certified (or: the claim holds), 1 the claim does not hold, 2 wrong usage or refused "
    "request, 3 abstained, 4 the job failed, 5 cancelled, 6 service unavailable, 7 not ended in time."
)

app = typer.Typer(no_args_is_help=True, add_completion=False, epilog=EPILOG, pretty_exceptions_enable=False)
Url = Annotated[str, typer.Option(envvar="CERTIFY_URL", help="Address of the service.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--api-key-file",
        envvar="CERTIFY_API_KEY_FILE",
        help="File with the API key, where one is asked for; CERTIFY_API_KEY may hold the key itself.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the service's answer as JSON.")]


@app.command("file", epilog=EPILOG)
def certify_file(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="PNG, JPEG or WebP image, or a .npy tensor.")],
    *,
    model: Annotated[str, typer.Option(help="Base classifier; see 'certify models'.")],
    certifier: Annotated[str | None, typer.Option(help="first_order, second_order or dipole.")] = None,
    sigma: Annotated[
        float | None, typer.Option(help="Noise; default: what the model was trained with.")
    ] = None,
    n: Annotated[int | None, typer.Option(help="Evaluations of the classifier.")] = None,
    n0: Annotated[int | None, typer.Option(help="Evaluations that select the class.")] = None,
    eta: Annotated[float | None, typer.Option(help="Probability that the certificate may be wrong.")] = None,
    bounds: Annotated[str | None, typer.Option(help="tight or paper.")] = None,
    decision: Annotated[str | None, typer.Option(help="majority or multiclass.")] = None,
    noise: Annotated[str | None, typer.Option(help="gaussian or discrete.")] = None,
    stop_radius: Annotated[float | None, typer.Option(help="End once this radius is certified.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the noise; default: drawn at random.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Give up waiting after so many seconds.")] = None,
    url: Url = DEFAULT_URL,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Certify FILE. This is the default: 'certify FILE ...' does the same. Ctrl-C cancels the job."""
    parameters = Parameters(model, certifier, sigma, n, n0, eta, bounds, decision, noise, stop_radius, seed)
    with _exits():
        given = read_input(path)
        with CertificationClient(url, api_key=_api_key(key_file)) as client:
            job = _run(client, given, parameters, timeout)
    if as_json:
        _print_json(job.document)
    else:
        Console().print(display.result(job), soft_wrap=True)
    raise typer.Exit(_status(job))


@app.command("verify")
def verify_file(
    path: Annotated[
        Path, typer.Argument(metavar="RESULT", help="What 'certify --json' printed; - is stdin.")
    ],
) -> None:
    """Recompute the bounds and the radius from a certificate's counts; exit 0 if its claim holds."""
    from client.verification import verify  # noqa: PLC0415 - loads SciPy, which the other commands spare

    with _exits():
        outcome = verify(_read_json(path))
    Console().print(display.verdict(outcome), soft_wrap=True)
    raise typer.Exit(0 if outcome.holds else Exit.CLAIM_DOES_NOT_HOLD)


@app.command("models")
def list_models(url: Url = DEFAULT_URL, key_file: KeyFile = None, as_json: AsJson = False) -> None:
    """List the base classifiers that the service offers."""
    with _exits(), CertificationClient(url, api_key=_api_key(key_file)) as client:
        models = client.models()
    if as_json:
        _print_json([model.document for model in models])
    else:
        Console().print(display.models_table(models))


def _api_key(path: Path | None) -> str | None:
    """Read the key from a file or the environment: a command line shows in lists of processes."""
    if path is None:
        return os.environ.get("CERTIFY_API_KEY") or None
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise UnusableFile(f"{path} cannot be read: {error}") from error


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what does not begin with a subcommand is a file to certify."""
    given = sys.argv[1:] if arguments is None else arguments
    commands = {command.name for command in app.registered_commands}
    if given and given[0] not in commands and given[0] != "--help":
        given = ["file", *given]
    app(given, prog_name="certify")


def _run(
    client: CertificationClient,
    given: ImageFile | TensorFile,
    parameters: Parameters,
    timeout_s: float | None,
) -> Job:
    """Submit and wait with a live bar; Ctrl-C cancels the job and returns it as it then stands."""
    console = Console(stderr=True)
    job = given.submit(client, parameters)
    try:
        with display.progress_bar(console) as on_progress:
            return client.wait(job.id, timeout_s=timeout_s, on_progress=on_progress)
    except KeyboardInterrupt:
        console.print(f"cancelling job {job.id}")
        client.cancel(job.id)
        return client.wait(job.id, timeout_s=timeout_s)


def _status(job: Job) -> Exit:
    if job.status is State.SUCCEEDED:
        return Exit.ABSTAINED if job.abstained else Exit.CERTIFIED
    return Exit.CANCELLED if job.status is State.CANCELLED else Exit.FAILED


@contextmanager
def _exits() -> Iterator[None]:
    """End the command with a sentence on stderr and the exit status that the error stands for."""
    try:
        yield
    except RequestRefused as error:
        lines = [f"{fault.field}: {fault.message}" for fault in error.problem.errors] or [str(error)]
        raise _exit("refused: " + "\n         ".join(lines), Exit.REFUSED) from error
    except (UnusableFile, UnreadableCertificate) as error:
        raise _exit(str(error), Exit.REFUSED) from error
    except WaitTimeout as error:
        raise _exit(str(error), Exit.TIMED_OUT) from error
    except ClientError as error:
        raise _exit(str(error), Exit.UNAVAILABLE) from error


def _exit(message: str, status: Exit) -> typer.Exit:
    Console(stderr=True).print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(status)


def _print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def _read_json(path: Path) -> Any:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        return json.loads(text)
    except (OSError, ValueError) as error:
        raise UnusableFile(f"{path} cannot be read: {error}") from error
