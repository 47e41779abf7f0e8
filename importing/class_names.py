"""Read class names from a file that the user names: one a line, a JSON list or object, or a CSV table."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Final

from importing.import_errors import ImportRefused

_LARGEST: Final = 2**22
"""Bytes of a file of names. A choice: the 21,843 names of ImageNet-21k take half of it."""


def read_class_names(path: Path) -> tuple[str, ...]:
    """Return the names in the order of the classes. Raises ImportRefused if the file has none."""
    text = _text(path)
    try:
        names = _from_json(json.loads(text)) if text.lstrip()[:1] in {"[", "{"} else _from_lines(path, text)
    except (ValueError, RecursionError, csv.Error) as error:
        raise ImportRefused(f"--labels: {path} holds no class names that can be read: {error}") from error
    if len(names) < 2 or not all(names):
        raise ImportRefused(f"--labels: {path} must name two classes or more, none of them empty")
    return tuple(names)


def by_number(names: dict[object, object]) -> list[str]:
    """Return the names of ``{"0": "cat", ...}`` or ``{"cat": 0, ...}`` in the order of their numbers.

    Raises ValueError if the numbers are not 0 to the number of names less one, each once.
    """
    pairs = list(names.items())
    if pairs and all(isinstance(value, int) and not isinstance(value, bool) for _, value in pairs):
        pairs = [(value, key) for key, value in pairs]
    numbered = {int(str(number)): _one(name) for number, name in pairs}
    if sorted(numbered) != list(range(len(pairs))):
        raise ValueError("the classes must be numbered 0, 1, 2, ..., each number once")
    return [numbered[number] for number in range(len(pairs))]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ImportRefused(
                f"--labels: {path} is larger than {_LARGEST} bytes: name a file of class names"
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ImportRefused(f"--labels: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ImportRefused(f"--labels: {path} is not UTF-8 text: name a file of class names") from error


def _from_json(found: object) -> list[str]:
    if isinstance(found, dict):
        inner = found.get("id2label", found)
        return by_number(inner if isinstance(inner, dict) else {})
    return [_one(name) for name in found] if isinstance(found, list) else []


def _one(name: object) -> str:
    """Return a name; of ``["n01440764", "tench"]``, as ImageNet's index writes it, the last part."""
    if isinstance(name, list) and name:
        name = name[-1]
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is not a class name")  # noqa: TRY004 - the file is wrong, not the program
    return name.strip()


def _from_lines(path: Path, text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    if path.suffix.lower() != ".csv":
        return [line.strip() for line in lines]
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
    width = max(map(len, rows), default=0)
    if width == 1:
        return [row[0] for row in rows]
    numbered = rows if rows[0][0].isdecimal() else rows[1:]
    return by_number({row[0]: row[1] for row in numbered if len(row) > 1})
