"""The ``certify-models`` command: import a model, list the models, show one, remove one."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from importing.command_parts import (
    EXIT_STATUS,
    Description,
    Licence,
    Models,
    Name,
    Replace,
    Source,
    listed,
    numbers,
    refusals,
    say,
    sizes,
)
from importing.derived_commands import derived
from importing.import_errors import ImportRefused
from importing.import_options import Channels, Filter, ImportOptions, Layout, Resize, RunBy, Scale
from importing.judging_commands import judging, tried

app = typer.Typer(
    no_args_is_help=True, add_completion=False, epilog=EXIT_STATUS, pretty_exceptions_enable=False
)


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
    picture: Annotated[
        Path | None, typer.Option("--try", metavar="IMAGE", help="Try the model on a picture when done.")
    ] = None,
    replace: Replace = False,
    labels: Annotated[
        Path | None, typer.Option(help="File of class names: one a line, JSON, or CSV.")
    ] = None,
    shape: Annotated[
        Any, listed("One input without its batch, as the file orders it.", sizes, "A,B,C")
    ] = None,
    layout: Annotated[Layout | None, typer.Option(help="Order of the axes of the file's input.")] = None,
    output: Annotated[str | None, typer.Option(help="Name of the output that holds the scores.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Of a single score: above it, the answer is the second class.")
    ] = None,
    mean: Annotated[Any, listed("Mean that is subtracted.", numbers, "R,G,B")] = None,
    std: Annotated[Any, listed("What the rest is divided by.", numbers, "R,G,B")] = None,
    scale: Annotated[
        Scale | None, typer.Option(help="Numbers that stand for pixels 0 to 255, before mean and std.")
    ] = None,
    channels: Annotated[Channels | None, typer.Option(help="Order of the channels of pictures.")] = None,
    resize: Annotated[Resize | None, typer.Option(help="How pictures get the model's size.")] = None,
    resize_to: Annotated[
        Any, listed("Size before the cut, if it is not the model's own.", sizes, "SIZE")
    ] = None,
    filter: Annotated[Filter | None, typer.Option(help="Filter for resizing.")] = None,  # noqa: A002 - the flag's name
    sigma: Annotated[float | None, typer.Option(help="Noise that the model was trained with.")] = None,
    network: Annotated[
        str | None,
        typer.Option(help="Architecture of a file of weights: a name, or package.module:function."),
    ] = None,
    weights_name: Annotated[
        str | None,
        typer.Option(help="Weights of torchvision, whose preprocessing and class names are taken."),
    ] = None,
    runtime: Annotated[
        RunBy | None, typer.Option(help="Convert a TorchScript file to ONNX, which is often faster.")
    ] = None,
    trust: Annotated[bool, typer.Option("--trust", help="Open pickles, which can run any code.")] = False,
    description: Description = None,
    licence: Licence = None,
    source: Source = None,
) -> None:
    """Import FILE: bring it to the form that workers run, prove it equal, try it, and write models/NAME."""
    options = ImportOptions(
        name=name,
        shape=shape,
        layout=layout,
        output=output,
        threshold=threshold,
        labels=labels,
        mean=mean,
        std=std,
        scale=scale,
        channels=channels,
        resize=resize,
        resize_to=resize_to,
        filter=filter,
        sigma=sigma,
        network=network,
        weights_name=weights_name,
        runtime=runtime,
        trust=trust,
        description=description,
        licence=licence,
        source=source,
    )
    with refusals():
        if picture is not None and not picture.is_file():
            raise ImportRefused(f"--try: {picture} is no file: name a picture")
        from importing.import_report import imported_in_words  # noqa: PLC0415 - loads PyTorch, which others spare
        from importing.model_import import import_model  # noqa: PLC0415 - as above

        done = import_model(path, options, models, replacing=replace)
        say(imported_in_words(done))
        if picture is not None:
            say(tried(done.manifest, picture))


@app.command("list", epilog=EXIT_STATUS)
def list_models(models: Models = Path("models")) -> None:
    """List the models, and say what is wrong with those that cannot be used."""
    with refusals():
        from importing.model_reports import listing  # noqa: PLC0415 - pydantic only where it is needed

        say(listing(models))


@app.command("show", epilog=EXIT_STATUS)
def show_model(name: Name, models: Models = Path("models")) -> None:
    """Show what is known of a model, also the file it came from and what was changed."""
    with refusals():
        from importing.model_reports import shown  # noqa: PLC0415 - as above

        say(shown(models, name))


@app.command("remove", epilog=EXIT_STATUS)
def remove_model(name: Name, models: Models = Path("models")) -> None:
    """Remove a model's folder. Jobs that have begun with it fail with model_changed."""
    with refusals():
        from importing.model_folder_writing import remove  # noqa: PLC0415 - as above

        remove(models, name)
        say(f"removed {models / name}\n")


app.add_typer(derived)
app.add_typer(judging)


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
