"""The models directory: which base classifiers there are, and what is wrong with the broken ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.manifest import ModelManifest, load_manifest
from registry.model_errors import ModelBroken, ModelError, ModelNotFound

Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, inode, size and time of change of every entry of a folder: what a reading depends on."""


@dataclass(frozen=True, slots=True)
class _Reading:
    stamp: Stamp
    outcome: ModelManifest | ModelBroken


class Registry:
    """Models by name, one folder each under ``directory``.

    Folders whose name begins with ``.`` or ``_`` are no models and are skipped. A name is that of its folder,
    letter by letter, also where the file system takes capitals and small letters for equal. A folder is read
    and its weights hashed again only when a file in it has changed, so every method may be called for each
    request. A broken model never raises while the directory is scanned: it is listed by :meth:`problems`,
    under its name with what cannot be printed escaped.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._readings: dict[str, _Reading] = {}

    def names(self) -> tuple[str, ...]:
        """Return the names of all usable models, sorted. Raises ModelError without a models directory."""
        return tuple(name for name in self._folders() if not isinstance(self._read(name), ModelBroken))

    def get(self, name: str) -> ModelManifest:
        """Return the manifest of one model. Raises ModelNotFound or ModelBroken."""
        if name not in self._folders():
            raise ModelNotFound(f"there is no model {name[:64]!r}")
        outcome = self._read(name)
        if isinstance(outcome, ModelBroken):
            raise ModelBroken(f"model {name!r} cannot be used: {outcome}")
        return outcome

    def problems(self) -> dict[str, str]:
        """Return what is wrong with each broken model. Raises ModelError without a models directory."""
        outcomes = ((name, self._read(name)) for name in self._folders())
        return {_shown(name): str(outcome) for name, outcome in outcomes if isinstance(outcome, ModelBroken)}

    def _folders(self) -> Iterator[str]:
        try:
            entries = sorted(self._directory.iterdir())
        except OSError as error:
            raise ModelError(
                f"the models directory {self._directory} cannot be read: {error.strerror}",
            ) from error
        return (entry.name for entry in entries if entry.is_dir() and entry.name[0] not in "._")

    def _read(self, name: str) -> ModelManifest | ModelBroken:
        folder = self._directory / name
        stamp = _stamp(folder)
        known = self._readings.get(name)
        if known is None or known.stamp != stamp:
            known = _Reading(stamp, _outcome(folder))
            self._readings[name] = known
        return known.outcome


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)[1:-1]


def _outcome(folder: Path) -> ModelManifest | ModelBroken:
    try:
        return load_manifest(folder)
    except ModelBroken as problem:
        return problem


def _stamp(folder: Path) -> Stamp:
    stamps = []
    try:
        for entry in folder.iterdir():
            try:
                status = entry.stat()
            except OSError:  # a dangling link, or removed since: the reading will say so
                stamps.append((entry.name, 0, 0, 0))
            else:
                stamps.append((entry.name, status.st_ino, status.st_size, status.st_mtime_ns))
    except OSError:  # not readable: the reading will say so
        return ()
    return tuple(sorted(stamps))
