"""What every reader of a kind of files is, and how it is found."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol, cast

from importing.draft import Draft
from importing.file_kinds import FileKind, kind_of
from importing.import_options import ImportOptions
from importing.sighting import look


class Reader(Protocol):
    """Reads files of one kind."""

    def __call__(self, path: Path, kind: FileKind, options: ImportOptions) -> Draft:
        """Read a file or folder that ``kind`` recognised, and bring it to the form that workers run.

        Writes nothing, and reads no file outside the folder of ``path``. Raises ImportRefused with a sentence
        that says what is wrong and what to do, for every file that cannot become a model, also damaged and
        hostile ones.
        """


def read(path: Path, options: ImportOptions) -> Draft:
    """Recognise a file or folder by its content and read it. Raises ImportRefused."""
    kind = kind_of(look(path))
    reader = cast("Reader", resolve_name(kind.reader))
    return reader(path, kind, options)
