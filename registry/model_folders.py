"""Read the models directory: the base classifiers in it, and what is wrong with broken folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.manifest import ModelManifest, load_manifest
from registry.model_errors import ModelBroken, ModelError, ModelNotFound

Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, inode, size and time of change of every entry of a folder. A folder is read again if this changes."""


@dataclass(frozen=True, slots=True)
class _Reading:
    stamp: Stamp
    outcome: ModelManifest | ModelBroken


class Registry:
    """Models by name; each has a folder under ``directory``.

    Folders whose name begins with ``.`` or ``_`` are not models and are skipped. A model's name must equal
    its folder's name exactly, even on a file system that ignores case. A folder is read, and its weights
    hashed, again only when a file in it has changed, so every method may be called for each request. Scanning
    the directory never raises for a broken model: :meth:`problems` lists it, with unprintable characters of
    its name escaped.
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
            except OSError:  # a dangling link, or removed meanwhile: reading it reports that
                stamps.append((entry.name, 0, 0, 0))
            else:
                stamps.append((entry.name, status.st_ino, status.st_size, status.st_mtime_ns))
    except OSError:  # not readable: reading it reports that
        return ()
    return tuple(sorted(stamps))
