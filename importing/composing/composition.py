"""Compose a denoiser and a classifier, prove the result equal to running both, and write its folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from importing.composing.classifier_draft import read_classifier
from importing.composing.denoised_draft import denoised
from importing.import_options import ImportOptions, Scale
from importing.manifest_drafting import model_name
from importing.model_folder_writing import free_place
from importing.model_import import Imported, write_model


def compose_model(
    denoiser: Path,
    classifier: str,
    options: ImportOptions,
    models: Path,
    denoiser_scale: Scale | None = None,
    sigma: float | None = None,
    *,
    replacing: bool = False,
) -> Imported:
    """Write the model that first denoises and then classifies into the directory ``models``.

    ``classifier``: the name of a model there, its folder, or a file; ``options`` are for it, and name the new
    model. ``denoiser_scale``, ``sigma``: as in ``denoised``. Raises ImportRefused, and then nothing was
    written.
    """
    name = model_name(denoiser, options)
    free_place(models, name, replacing=replacing)
    draft = denoised(denoiser, denoiser_scale, read_classifier(classifier, options, models), sigma)
    told = replace(
        draft,
        description=options.description or f"{classifier} behind the denoiser {denoiser.name}.",
        licence=options.licence,
        source=options.source or f"certify-models compose {denoiser.name} {classifier}",
    )
    return write_model(told, name, models, replacing=replacing)
