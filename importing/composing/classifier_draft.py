"""Read the classifier that a denoiser is put before: a model of the models directory, or a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from importing.draft import Draft
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.manifest_drafting import settled
from importing.model_drafts import draft_of_model
from importing.readers.reader import read
from registry.folder_files import MANIFEST_FILE


def read_classifier(given: str, options: ImportOptions, models: Path) -> Draft:
    """Return the settled draft of a model's name, a model's folder, or a file that can be imported.

    Of a model, the manifest says what flags would say of a file; flags that are given count more. Raises
    ImportRefused.
    """
    path = Path(given)
    if (path / MANIFEST_FILE).is_file():
        draft = draft_of_model(path.resolve().parent, path.resolve().name)
    elif (models / given / MANIFEST_FILE).is_file():
        draft = draft_of_model(models, given)
    elif not path.exists():
        raise ImportRefused(
            f"{given} is neither a file nor a model in {models}: check the path, or see certify-models list"
        )
    else:
        return settled(read(path, options), options)
    return replace(settled(draft, options), guesses=())
