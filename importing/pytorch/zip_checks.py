"""Check an archive of PyTorch before anything opens it: complete, and no larger than it looks."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from importing.import_errors import ImportRefused

_LARGEST_CODE: Final = 2**26
"""Bytes of code in a TorchScript file. A choice: that of a network of a thousand layers takes some MiB."""


def checked_members(path: Path) -> dict[str, int]:
    """Return the names and sizes of an archive's members, without the folder that all of them lie in.

    PyTorch compresses code alone and stores all else as it is. So an archive whose compressed members are
    large, or whose stored ones are together larger than the file, was not written by PyTorch and could fill
    the memory. Raises ImportRefused for such a one, for one with two members of one name, and for one that is
    cut short or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportRefused(f"{path} is a damaged archive ({error}): copy or export it again") from error
    stored, packed = 0, 0
    for each in members:
        if each.compress_type == zipfile.ZIP_STORED:
            stored += each.file_size
        else:
            packed += each.file_size
    if packed > _LARGEST_CODE or stored > path.stat().st_size:
        raise ImportRefused(
            f"{path} is an archive that unpacks to more than PyTorch would write: it was changed after it "
            "was saved, so save it again"
        )
    sizes = {member.filename.partition("/")[2]: member.file_size for member in members}
    if len(sizes) != len(members) or len({member.filename.partition("/")[0] for member in members}) > 1:
        raise ImportRefused(
            f"{path} is an archive with members of one name, or in several folders: save it again"
        )
    return sizes


def member(path: Path, name: str) -> bytes:
    """Return a member of a checked archive, by its name without the outer folder. Raises ImportRefused."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.partition("/")[2] == name:
                    return archive.read(entry)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ImportRefused(f"{path} is a damaged archive ({error}): copy or export it again") from error
    raise ImportRefused(f"{path} lacks its part {name}: save it again")
