"""Read which pictures a folder holds and which class each shows: one folder a class, or a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importing.import_errors import ImportRefused

_ENDINGS: Final = frozenset({".png", ".jpg", ".jpeg", ".webp"})
_TABLES: Final = ("metadata.csv", "labels.csv")
_FILE_COLUMNS: Final = ("file_name", "filename", "file", "image", "path")
_CLASS_COLUMNS: Final = ("label", "class", "category", "target")
_SHOWN: Final = 3
"""Names that a refusal shows. A choice."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture's file, and the index of the class that it shows."""

    path: Path
    target: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures with known classes, and in words how the names of classes were understood."""

    entries: tuple[Labelled, ...]
    understood: str


def labelled_pictures(folder: Path, labels: Sequence[str], most: int) -> Pictures:
    """Read a folder with one folder a class, or with ``metadata.csv`` or ``labels.csv``.

    ``labels``: the names of the model's classes. ``most``: if there are more pictures, as many as this are
    taken at equal distances. Raises ImportRefused if the folder is not of this kind, if a name is none of the
    model's classes, or if there is no picture.
    """
    if not folder.is_dir():
        raise ImportRefused(f"{folder} is not a folder: name one with a folder of pictures for each class")
    table = next((folder / name for name in _TABLES if (folder / name).is_file()), None)
    found = list(_of_folders(folder) if table is None else _of_table(table))
    if not found:
        raise ImportRefused(
            f"{folder} holds no PNG, JPEG or WebP pictures in a folder for each class, and no "
            f"{' or '.join(_TABLES)}"
        )
    classes, understood = _classes(sorted({name for _, name in found}), labels)
    step = max(1.0, len(found) / most)
    taken = [found[int(place * step)] for place in range(min(len(found), most))]
    return Pictures(tuple(Labelled(path, classes[name]) for path, name in taken), understood)


def _of_folders(folder: Path) -> Iterator[tuple[Path, str]]:
    for place in sorted(each for each in folder.iterdir() if each.is_dir() and each.name[0] != "."):
        for path in sorted(place.rglob("*")):
            if path.suffix.lower() in _ENDINGS:
                yield path, place.name


def _of_table(table: Path) -> Iterator[tuple[Path, str]]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or ()
            file, label = (_column(table, columns, names) for names in (_FILE_COLUMNS, _CLASS_COLUMNS))
            rows = [(row[file] or "", (row[label] or "").strip()) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise ImportRefused(f"{table} cannot be read: {error}") from error
    for name, of_class in rows:
        path = table.parent / name
        if not path.is_file():
            raise ImportRefused(f"{table} names {name!r}, which is no file in its folder")
        yield path, of_class


def _column(table: Path, columns: Sequence[str], names: Sequence[str]) -> str:
    for name in columns:
        if name.strip().lower() in names:
            return name
    raise ImportRefused(f"{table} needs a column {' or '.join(names)}; it has {', '.join(columns) or 'none'}")


def _classes(names: Sequence[str], labels: Sequence[str]) -> tuple[dict[str, int], str]:
    """Return the class of each name: by the model's names, else by numbers, else by their order."""
    spelled = {_plain(label): index for index, label in reversed(list(enumerate(labels)))}
    by_name = {name: spelled[_plain(name)] for name in names if _plain(name) in spelled}
    if len(by_name) == len(names):
        return by_name, "classes by the model's names"
    if all(name.isdecimal() and int(name) < len(labels) for name in names):
        return {name: int(name) for name in names}, "classes by their numbers"
    if len(names) == len(labels):
        return {name: index for index, name in enumerate(names)}, "classes in the order of their sorted names"
    strange = [name for name in names if name not in by_name]
    shown = ", ".join(map(repr, strange[:_SHOWN])) + (", ..." if len(strange) > _SHOWN else "")
    raise ImportRefused(
        f"{shown}: not the name or number of one of the model's {len(labels)} classes, such as "
        f"{labels[0]!r}; rename the folders or the table's classes"
    )


def _plain(name: str) -> str:
    """Return a name as it is compared: names of folders often have `_` for spaces."""
    return name.strip().lower().replace("_", " ")
