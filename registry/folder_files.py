"""Read the files of a model's folder: ``model.toml``, a file of labels, and nothing outside the folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

from registry.model_errors import ModelBroken

MANIFEST_FILE = "model.toml"


def read_toml(folder: Path) -> dict[str, object]:
    """Return what ``folder/model.toml`` holds. Raises ModelBroken if it is no TOML."""
    path = inside(folder=folder, name=MANIFEST_FILE, field=MANIFEST_FILE)
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except (ValueError, RecursionError) as error:  # TOML syntax, UTF-8, absurd numbers or nesting
        raise ModelBroken(f"{MANIFEST_FILE}: not valid TOML: {error}") from error
    except OSError as error:
        raise ModelBroken(f"{MANIFEST_FILE}: cannot be read: {error.strerror}") from error


def read_labels(folder: Path, table: dict[str, object]) -> list[str]:
    """Return the lines of the file that ``labels_file`` names, and take that field out of ``table``.

    Raises ModelBroken if the file cannot be read, or if ``labels`` are given as well.
    """
    if "labels" in table:
        raise ModelBroken("labels: give labels or labels_file, not both")
    name = table.pop("labels_file")
    if not isinstance(name, str):
        raise ModelBroken("labels_file: must be the name of a text file with one label a line")
    try:
        text = inside(folder=folder, name=name, field="labels_file").read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ModelBroken(f"labels_file: {name} is not UTF-8 text") from error
    except OSError as error:
        raise ModelBroken(f"labels_file: cannot read {name}: {error.strerror}") from error
    return [line.strip() for line in text.splitlines()]


def inside(*, folder: Path, name: str, field: str) -> Path:
    """Resolve a plain file name inside ``folder``. Raises ModelBroken if it leads out of the folder."""
    if name in ("", ".", "..") or Path(name).name != name or "\0" in name:
        raise ModelBroken(f"{field}: {name!r} must be the name of a file in the model's own folder")
    try:
        path = (folder / name).resolve(strict=True)
    except FileNotFoundError as error:
        raise ModelBroken(
            f"{field}: there is no file {name!r} in the model's folder; put it there"
        ) from error
    except (
        OSError,
        RuntimeError,
    ) as error:  # a loop of links: RuntimeError up to Python 3.12, OSError after it
        raise ModelBroken(f"{field}: {name!r} cannot be resolved; put a regular file there") from error
    if not path.is_relative_to(folder.resolve()):
        raise ModelBroken(f"{field}: {name!r} leads out of the model's folder; copy the file into it")
    if not path.is_file():
        raise ModelBroken(f"{field}: {name!r} in the model's folder is not a regular file; put one there")
    return path
