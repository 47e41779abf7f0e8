"""The ``certify-models`` command: import a model, list the models, show one, remove one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions, Layout, Scale

EXIT_STATUS = (
    "Exit status: 0 done, 2 wrong usage or a file that cannot be imported (nothing is written then), 9 a "
    "defect of "
    "certify-models, 130 or 143 ended by Ctrl-C or SIGTERM."
)
REFUSED, DEFECT = 2, 9

app = typer.Typer(
    no_args_is_help=True, add_completion=False, epilog=EXIT_STATUS, pretty_exceptions_enable=False
)

Models = Annotated[
    Path, typer.Option(envvar="CERTIFY_MODELS_DIR", help="Directory with one folder for each model.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the model; see 'certify-models list'.")]


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a list of numbers, such as 0.485,0.456,0.406") from None


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(part) for part in text.replace(",", " ").replace("x", " ").split())
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1:
        raise typer.BadParameter(f"{text!r} is not a shape, such as 3,224,224")
    return sizes


def _listed(meaning: str, parser: Callable[[str], object], metavar: str) -> Any:
    """Return an option that is a list of numbers."""
    return typer.Option(parser=parser, metavar=metavar, help=meaning)


@app.callback()
def _certify_models() -> None:
    """Bring base classifiers into the models directory, and look after those that are there."""


@app.command("import", epilog=EXIT_STATUS)
def import_file(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="A model's file or folder: docs/importing.md.")
    ],
    *,
    name: Annotated[
        str | None, typer.Option(help="Name of the model; default: from the file's name.")
    ] = None,
    models: Models = Path("models"),
    replace: Annotated[bool, typer.Option("--replace", help="Replace a model of this name.")] = False,
    labels: Annotated[
        Path | None, typer.Option(help="File of class names: one a line, JSON, or CSV.")
    ] = None,
    shape: Annotated[
        Any, _listed("One input without its batch, as the file orders it.", _sizes, "A,B,C")
    ] = None,
    layout: Annotated[Layout | None, typer.Option(help="Order of the axes of the file's input.")] = None,
    output: Annotated[str | None, typer.Option(help="Name of the output that holds the scores.")] = None,
    mean: Annotated[Any, _listed("Mean that is subtracted.", _numbers, "R,G,B")] = None,
    std: Annotated[Any, _listed("What the rest is divided by.", _numbers, "R,G,B")] = None,
    scale: Annotated[
        Scale | None, typer.Option(help="Numbers that stand for pixels 0 to 255, before mean and std.")
    ] = None,
    sigma: Annotated[float | None, typer.Option(help="Noise that the model was trained with.")] = None,
    network: Annotated[
        str | None,
        typer.Option(help="Architecture of a file of weights: a name, or package.module:function."),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Open pickles, which can run any code, and code of --network.")
    ] = False,
    description: Annotated[str | None, typer.Option(help="What the model tells apart, and how well.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the weights.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the weights come from.")] = None,
) -> None:
    """Import FILE: bring it to the form that workers run, prove it equal, try it, and write models/NAME."""
    options = ImportOptions(
        name=name,
        shape=shape,
        layout=layout,
        output=output,
        labels=labels,
        mean=mean,
        std=std,
        scale=scale,
        sigma=sigma,
        network=network,
        trust=trust,
        description=description,
        licence=licence,
        source=source,
    )
    with _refusals():
        from importing.import_report import imported_in_words  # noqa: PLC0415 - loads PyTorch, which others spare
        from importing.model_import import import_model  # noqa: PLC0415 - as above

        done = import_model(path, options, models, replacing=replace)
        sys.stdout.write(imported_in_words(done))


@app.command("list", epilog=EXIT_STATUS)
def list_models(models: Models = Path("models")) -> None:
    """List the models, and say what is wrong with those that cannot be used."""
    with _refusals():
        from importing.model_reports import listing  # noqa: PLC0415 - pydantic only where it is needed

        sys.stdout.write(listing(models))


@app.command("show", epilog=EXIT_STATUS)
def show_model(name: Name, models: Models = Path("models")) -> None:
    """Show what is known of a model, also the file it came from and what was changed."""
    with _refusals():
        from importing.model_reports import shown  # noqa: PLC0415 - as above

        sys.stdout.write(shown(models, name))


@app.command("remove", epilog=EXIT_STATUS)
def remove_model(name: Name, models: Models = Path("models")) -> None:
    """Remove a model's folder. Jobs that have begun with it fail with model_changed."""
    with _refusals():
        from importing.model_folder_writing import remove  # noqa: PLC0415 - as above

        remove(models, name)
        sys.stdout.write(f"removed {models / name}\n")


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line. SIGTERM ends it as Ctrl-C does, so that nothing half-made is left."""
    signal.signal(signal.SIGTERM, _end)
    try:
        app(arguments, prog_name="certify-models")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    sys.exit(0)


def _end(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in one sentence on stderr what was refused, and end with status 2; tell defects from refusals."""
    try:
        yield
    except ImportRefused as refused:
        _tell(str(refused))
        raise typer.Exit(REFUSED) from None
    except Exception as defect:
        if os.environ.get("CERTIFY_DEBUG"):
            raise
        _tell(f"certify-models has a defect: {type(defect).__name__}: {defect}; CERTIFY_DEBUG=1 shows where")
        raise typer.Exit(DEFECT) from None


def _tell(message: str) -> None:
    """Write one line to stderr, without the control characters that a terminal would obey."""
    line = " ".join(message.split())
    sys.stderr.write("".join(letter if letter.isprintable() else "\ufffd" for letter in line) + "\n")
