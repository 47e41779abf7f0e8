"""The commands that make a model of others: ``compose`` and ``quantise``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from importing.command_parts import (
    EXIT_STATUS,
    Description,
    Licence,
    Models,
    Replace,
    Source,
    listed,
    numbers,
    refusals,
    say,
)
from importing.import_options import ImportOptions, Scale

derived = typer.Typer()


@derived.command(epilog=EXIT_STATUS)
def compose(
    denoiser: Annotated[
        Path, typer.Argument(metavar="DENOISER", help="ONNX file that gives images of the shape it takes.")
    ],
    classifier: Annotated[
        str, typer.Argument(metavar="CLASSIFIER", help="Name of a model, its folder, or a file to import.")
    ],
    *,
    name: Annotated[str, typer.Option(help="Name of the new model.")],
    models: Models = Path("models"),
    replace: Replace = False,
    denoiser_scale: Annotated[
        Scale | None,
        typer.Option(help="Range of pixels of the denoiser; default: that of the classifier's input."),
    ] = None,
    sigma: Annotated[float | None, typer.Option(help="Noise that the denoiser was trained with.")] = None,
    labels: Annotated[Path | None, typer.Option(help="File of the classifier's class names.")] = None,
    mean: Annotated[Any, listed("Mean that the classifier wants subtracted.", numbers, "R,G,B")] = None,
    std: Annotated[Any, listed("What the classifier wants the rest divided by.", numbers, "R,G,B")] = None,
    scale: Annotated[
        Scale | None, typer.Option(help="Range of pixels of the classifier, before mean and std.")
    ] = None,
    description: Description = None,
    licence: Licence = None,
    source: Source = None,
) -> None:
    """Make one model of a DENOISER and a CLASSIFIER behind it: denoised smoothing."""
    options = ImportOptions(
        name=name,
        labels=labels,
        mean=mean,
        std=std,
        scale=scale,
        description=description,
        licence=licence,
        source=source,
    )
    with refusals():
        from importing.composing.composition import compose_model  # noqa: PLC0415 - loads PyTorch
        from importing.import_report import imported_in_words  # noqa: PLC0415 - as above

        done = compose_model(denoiser, classifier, options, models, denoiser_scale, sigma, replacing=replace)
        say(imported_in_words(done))


@derived.command(epilog=EXIT_STATUS)
def quantise(
    quantised: Annotated[str, typer.Argument(metavar="NAME", help="Name of an ONNX model.")],
    *,
    calibration: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder of pictures such as the model is for; .npy for tensors."),
    ],
    name: Annotated[str | None, typer.Option(help="Name of the new model; default: NAME-int8.")] = None,
    models: Models = Path("models"),
    replace: Replace = False,
    sigma: Annotated[
        float | None, typer.Option(help="Noise to calibrate under; default: that of the model's training.")
    ] = None,
    seven_bits: Annotated[
        bool,
        typer.Option("--seven-bits", help="Of weights: the same on x86 processors with and without VNNI."),
    ] = False,
) -> None:
    """Make an int8 model of the model NAME, as a model of its own, and compare votes and speed."""
    with refusals():
        from importing.quantisation_report import quantised_in_words  # noqa: PLC0415 - loads PyTorch
        from importing.quantising.quantisation import quantise_model  # noqa: PLC0415 - as above

        done = quantise_model(
            quantised, calibration, models, name, sigma, seven_bits=seven_bits, replacing=replace
        )
        say(quantised_in_words(done, quantised))
