"""Read ONNX files: bring them to the form that workers run, and keep what they say of themselves."""

from __future__ import annotations

from pathlib import Path

from importing.draft import Draft, Original
from importing.file_kinds import FileKind
from importing.import_options import ImportOptions
from importing.manifest_drafting import image_or_tensor
from importing.readers.network_drafts import named_hints, with_hints
from importing.readers.onnx_file_loading import load_onnx_file
from importing.readers.onnx_notes import read_notes
from importing.rewriting.one_form import one_form
from importing.sighting import look
from registry import Normalisation


def read_onnx(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read an ONNX file; see ``importing.readers.reader.Reader``."""
    loaded = load_onnx_file(path)
    notes = read_notes(loaded.model)
    form = one_form(path.name, loaded.model, options)
    beside = ", ".join(loaded.beside)
    embedded = (f"the weights in {beside} were put into the file",) if beside else ()
    draft = Draft(
        original=Original(path.name, loaded.sha256, kind.said),
        runtime="onnx",
        file="model.onnx",
        data=form.data or (loaded.model.SerializeToString() if beside else loaded.data),
        original_scores=form.scores,
        input=image_or_tensor(form.shape),
        classes=form.classes,
        normalisation=Normalisation(mean=(0.0,), std=(1 / 255,)) if form.whole_pixels else None,
        labels=notes.labels,
        description=notes.description,
        licence=notes.licence,
        source=notes.source,
        steps=(*embedded, *form.steps),
        guesses=form.guesses,
        tolerance=form.tolerance,
        whole_pixels=form.whole_pixels,
    )
    return with_hints(draft, named_hints(options))


def read_onnx_folder(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read the one ONNX file of a folder; see ``importing.readers.reader.Reader``."""
    (file,) = (entry for entry in path.iterdir() if entry.name.lower().endswith(".onnx"))
    look(file)
    return read_onnx(file, kind, options)
