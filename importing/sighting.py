"""Look at what a path leads to, without opening archives or running anything: the ground of recognition."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from importing.import_errors import ImportRefused
from registry.file_glimpse import Glimpse, glimpse


@dataclass(frozen=True, slots=True)
class Sighting:
    """A path, the first bytes of a file with the names in it if it is a zip archive, or a folder's names.

    ``names`` is empty for files; ``seen`` is empty for folders.
    """

    path: Path
    seen: Glimpse
    names: frozenset[str] = frozenset()

    @property
    def is_folder(self) -> bool:
        """Whether the path leads to a folder."""
        return bool(self.names)

    def holds(self, end: str) -> bool:
        """Whether the file is an archive with a member whose name has this end."""
        return any(name.endswith(end) for name in self.seen.members or ())


def look(path: Path) -> Sighting:
    """Look at a file or folder. Raises ImportRefused if there is none, it is empty, or it cannot be read."""
    try:
        if path.is_dir():
            names = frozenset(entry.name for entry in path.iterdir())
            if not names:
                raise ImportRefused(f"{path} is an empty folder: name the model's own file or folder")
            return Sighting(path, Glimpse(b""), names)
        if not path.exists():
            raise ImportRefused(f"there is no file {path}: check the path")
        if not path.is_file():
            raise ImportRefused(f"{path} is neither a file nor a folder: name the model's own file")
        with path.open("rb") as stream:
            seen = glimpse(stream)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from error
    if not seen.head:
        raise ImportRefused(f"{path} is empty (0 bytes): copy or export it again")
    return Sighting(path, seen)
