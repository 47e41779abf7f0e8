"""Import a model: read the file, settle what it leaves open, prove and try the result, write its folder."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from importing.draft import Draft, Guess
from importing.equality import Comparison, Examine, compare
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.load_checks import Cost, cost, loaded
from importing.manifest_drafting import Manifest, manifest_of, model_name, settled
from importing.model_folder_writing import free_place, install, other_file_name
from importing.readers.reader import read
from registry import ModelError, ModelManifest, Origin
from registry.folder_files import MANIFEST_FILE
from registry.manifest import load_manifest


@dataclass(frozen=True, slots=True)
class Imported:
    """A model that was written: its folder and manifest, how it compares with the original, what it costs."""

    folder: Path
    manifest: ModelManifest
    comparison: Comparison
    cost: Cost
    guesses: tuple[Guess, ...]


def import_model(path: Path, options: ImportOptions, models: Path, *, replacing: bool = False) -> Imported:
    """Import a file or folder into the directory ``models``, as a new model or in the place of another.

    The model is proved and tried in a temporary folder; ``models`` is touched at the very end. Raises
    ImportRefused, and then nothing was written there.
    """
    name = model_name(path, options)
    free_place(models, name, replacing=replacing)
    return write_model(settled(read(path, options), options), name, models, replacing=replacing)


def write_model(
    draft: Draft, name: str, models: Path, *, replacing: bool = False, examine: Examine = compare
) -> Imported:
    """Prove and try a settled draft, and write it into ``models`` under this name; as ``import_model``.

    ``examine`` compares the written model with the draft's original: it is proved equal if nothing else is
    asked for.
    """
    with tempfile.TemporaryDirectory(prefix="importing-") as place:
        tried = _written(Path(place) / name, draft, Origin(**_origin(draft)))
        model = loaded(tried)
        comparison = examine(draft, tried, model.runtime, model.runtime.rows or 2)
        measured = cost(model)
    sha256 = tried.sha256
    draft = replace(draft, file=other_file_name(models, name, draft.file, sha256))
    manifest = manifest_of(draft, name, sha256, Origin(**_origin(draft, comparison)))
    folder = install(models, name, draft.file, draft.data, manifest.text(), replacing=replacing)
    return Imported(folder, load_manifest(folder), comparison, measured, draft.guesses)


def _origin(draft: Draft, comparison: Comparison | None = None) -> dict[str, object]:
    """Return the fields of the manifest's ``origin``."""
    original = draft.original
    told: dict[str, object] = {
        "file": original.name,
        "sha256": original.sha256,
        "kind": original.kind,
        "steps": draft.steps,
    }
    if draft.also:
        told["also"] = [{"file": o.name, "sha256": o.sha256, "kind": o.kind} for o in draft.also]
    if comparison is None:
        return told
    return told | {
        "compared_rows": comparison.rows,
        "largest_difference": comparison.largest_difference,
        "tolerance": comparison.tolerance,
        "near_ties": comparison.near_ties,
        "noisy_votes": comparison.noisy_votes,
    }


def _written(folder: Path, draft: Draft, origin: Origin) -> ModelManifest:
    """Write a draft as a folder to try it from, and read it back.

    Raises ImportRefused if the registry refuses.
    """
    sha256 = hashlib.sha256(draft.data).hexdigest()
    manifest: Manifest = manifest_of(draft, folder.name, sha256, origin)
    folder.mkdir()
    (folder / draft.file).write_bytes(draft.data)
    (folder / MANIFEST_FILE).write_text(manifest.text(), encoding="utf-8")
    try:
        return load_manifest(folder)
    except ModelError as error:
        raise ImportRefused(f"{draft.original.name} cannot become a model: {error}") from error
