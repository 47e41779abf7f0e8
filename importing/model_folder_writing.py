"""Write a model's folder so that at every moment `models/` holds the old model, the new one, or none.

A new folder is built beside the others under a name that the registry skips, and renamed once it is on disk.
An existing folder gets the new weights under another file name first; then ``model.toml``, which names the
file and its hash, is replaced in one step.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from importing.held_signals import signals_held
from importing.import_errors import ImportRefused
from registry.folder_files import MANIFEST_FILE, read_toml
from registry.model_errors import ModelError

PREFIX: Final = ".importing-"
"""Begins the names of folders that are being built. The registry skips names that begin with a dot."""


def free_place(models: Path, name: str, *, replacing: bool) -> None:
    """Raise ImportRefused if no folder of this name can be written: one is there, or no directory."""
    if not models.is_dir():
        raise ImportRefused(f"there is no directory {models}: make it, or name another with --models")
    if not os.access(models, os.W_OK | os.X_OK):
        raise ImportRefused(f"{models} cannot be written to: change its owner, or name another with --models")
    if os.path.lexists(models / name) and not replacing:
        raise ImportRefused(
            f"there is a model {name!r} already: --replace replaces it, --name gives the new one another name"
        )


def other_file_name(models: Path, name: str, file: str, sha256: str) -> str:
    """Return a name for the weights that no other content has in the folder: ``file`` if it is free."""
    folder = models / name
    if not os.path.lexists(folder / file) or _sha256(folder / file) == sha256:
        return file
    place = Path(file)
    return f"{place.stem}-{sha256[:12]}{place.suffix}"


def install(models: Path, name: str, file: str, data: bytes, manifest: str, *, replacing: bool) -> Path:
    """Write ``data`` and ``model.toml`` as the folder ``models / name``, and return it.

    Raises ImportRefused if there is one already and ``replacing`` is false, or if it cannot be written.
    Then, and when the process is killed in the middle, the directory holds what it held before. Ctrl-C and
    SIGTERM wait until the folder is whole.
    """
    free_place(models, name, replacing=replacing)
    folder = models / name
    try:
        with signals_held():
            _sweep(models)
            if folder.is_dir():
                _replace(folder, file, data, manifest)
            else:
                _build(folder, file, data, manifest)
            _sync(models)
    except OSError as error:
        raise ImportRefused(f"{folder} cannot be written: {error.strerror}") from error
    return folder


def remove(models: Path, name: str) -> None:
    """Remove a model's folder in one step. Raises ImportRefused if there is none."""
    folder = models / name
    if name.startswith((".", "_")) or not name or Path(name).name != name or not folder.is_dir():
        raise ImportRefused(f"there is no model {name!r} in {models}: certify-models list names them")
    try:
        if folder.is_symlink():
            folder.unlink()
            return
        with signals_held(), _building(models, name) as hidden:
            folder.rename(hidden / name)
            _sync(models)
    except OSError as error:
        raise ImportRefused(f"{folder} cannot be removed: {error.strerror}") from error


def _build(folder: Path, file: str, data: bytes, manifest: str) -> None:
    """Write a new folder beside its place, and give it its name."""
    with _building(folder.parent, folder.name) as built:
        _write(built / file, data)
        _write(built / MANIFEST_FILE, manifest.encode())
        _sync(built)
        built.rename(folder)


def _replace(folder: Path, file: str, data: bytes, manifest: str) -> None:
    """Put new weights beside the old ones, let ``model.toml`` name them, and remove what it named before."""
    before = _named_files(folder)
    if not os.path.lexists(folder / file):
        _write_whole(folder, file, data)
    _write_whole(folder, MANIFEST_FILE, manifest.encode())
    for name in before - {file, MANIFEST_FILE}:
        with suppress(OSError):
            (folder / name).unlink()


def _named_files(folder: Path) -> set[str]:
    """Return the plain names of the files that a folder's manifest refers to; none if it cannot be read."""
    try:
        table = read_toml(folder)
    except ModelError:
        return set()
    named = {name for key in ("file", "labels_file") if isinstance(name := table.get(key), str)}
    return {name for name in named if name and Path(name).name == name}


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _write_whole(folder: Path, name: str, data: bytes) -> None:
    """Give a file of a folder new content in one step."""
    descriptor, made = tempfile.mkstemp(prefix=PREFIX, dir=folder)
    path = Path(made)
    try:
        os.close(descriptor)
        _write(path, data)
        path.replace(folder / name)
    except BaseException:
        path.unlink()
        raise
    _sync(folder)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fchmod(stream.fileno(), 0o644)  # gateway and workers may run as other users
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _building(models: Path, name: str) -> Iterator[Path]:
    """Give a locked folder that the registry skips; whatever is left of it at the end is removed."""
    built = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{name}-", dir=models))
    descriptor = os.open(built, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        built.chmod(0o755)
        yield built
    finally:
        shutil.rmtree(built, ignore_errors=True)
        os.close(descriptor)


def _sweep(models: Path) -> None:
    """Remove the folders that killed imports left behind: those that no process has locked."""
    for left in models.glob(f"{PREFIX}*"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(descriptor)
