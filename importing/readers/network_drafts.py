"""Make a draft of a network of PyTorch that is in memory, through an ONNX file that it is exported to."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from importing.draft import Draft, Original
from importing.hints import torchvision_presets
from importing.hints.preprocessing import Hints
from importing.import_options import ImportOptions
from importing.pytorch.input_shapes import tried_shape
from importing.pytorch.loading_weights import to_float32_words
from importing.pytorch.onnx_export import exported
from importing.readers.reader import read

_ROWS: Final = 2
"""Rows of a trial."""


def draft_of_module(
    module: torch.nn.Module,
    original: Original,
    hints: Hints,
    options: ImportOptions,
    steps: tuple[str, ...] = (),
) -> Draft:
    """Return a draft of a network. Raises ImportRefused if it cannot become one.

    The input's shape is the user's, or that of the hints, or the only common one that the network takes.
    """
    module.eval()
    steps += in_float32(module)
    shape = options.shape or hints.shape or tried_shape(module, original.name)
    data = exported(module, shape, original.name)
    steps += (f"exported to ONNX by PyTorch {torch.__version__}",)
    draft = draft_of_exported(data, original, replace(options, shape=shape), steps)
    return with_hints(proved_by(module, draft), hints)


def named_hints(options: ImportOptions) -> Hints:
    """Return what torchvision says of the weights that the user named; nothing if none were named."""
    name = options.weights_name
    return Hints(said_by="nobody") if name is None else torchvision_presets.hints_of_weights(name)


def original_of(path: Path, kind: str) -> Original:
    """Return what is recorded of the file that the user gave; ``kind``: what it is, with an article."""
    with path.open("rb") as stream:
        return Original(path.name, hashlib.file_digest(stream, "sha256").hexdigest(), kind)


def in_float32(module: torch.nn.Module) -> tuple[str, ...]:
    """Convert weights of other precisions to float32; return what was done."""
    said = to_float32_words(module.parameters())
    if said:
        module.float()
    return tuple(said)


def draft_of_exported(
    data: bytes, original: Original, options: ImportOptions, steps: tuple[str, ...]
) -> Draft:
    """Return a draft of an ONNX file that was just exported, with the steps that led to it."""
    with tempfile.TemporaryDirectory(prefix="exporting-") as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(data)
        draft = read(path, options)
    return replace(draft, original=original, steps=(*steps, *draft.steps))


def with_hints(draft: Draft, hints: Hints) -> Draft:
    """Return the draft with what a library says of the model beside its weights.

    A normalisation that the file itself asks for, as one for whole pixels does, is kept.
    """
    told = hints.applied(draft.input.shape)
    if hints.labels is not None and len(hints.labels) != draft.classes:
        hints = hints.without_labels()
    return replace(
        draft,
        input=told or draft.input,
        normalisation=draft.normalisation or (hints.normalisation if told else None),
        labels=hints.labels or draft.labels,
        description=hints.description or draft.description,
        licence=hints.licence or draft.licence,
        source=hints.source or draft.source,
        guesses=(*draft.guesses, *hints.guesses),
    )


def proved_by(module: torch.nn.Module, draft: Draft) -> Draft:
    """Return the draft with the network's own scores as the original, if they have the written file's form.

    A network that takes one input at a time gets them one by one. If it takes other numbers than float32, or
    answers something else than scores, the draft stays as it is.
    """
    for one_by_one in (False, True):
        try:
            trial = np.zeros((_ROWS, *draft.input.shape), np.float32)
            fits = _computed(module, trial, one_by_one=one_by_one)
        except Exception:  # noqa: BLE001, S112 - a network may refuse a batch with anything
            continue
        if fits.shape == (_ROWS, draft.classes):
            return replace(draft, original_scores=partial(_computed, module, one_by_one=one_by_one))
    return draft


def _computed(
    module: torch.nn.Module, batch: NDArray[np.float32], *, one_by_one: bool
) -> NDArray[np.float32]:
    parts = np.split(batch, len(batch)) if one_by_one else [batch]
    with torch.inference_mode():
        scores = torch.cat([module(torch.from_numpy(part)) for part in parts])
    computed: NDArray[np.float32] = scores.float().numpy()
    return computed
