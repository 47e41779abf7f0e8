"""Read what an ONNX file says of itself in its metadata: class names, a description, a licence, an author."""

from __future__ import annotations

import ast
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import onnx

from importing.class_names import by_number
from importing.rewriting.score_output import names_of_zipmap

_NAMES: Final = ("names", "labels", "classes", "class_names", "class_labels", "id2label", "categories")
_LICENCES: Final = ("license", "licence")
_SOURCES: Final = ("source", "url", "homepage", "author", "producer")
_LONGEST: Final = 2**22
"""Characters of a note that are read. A choice, as for files of class names."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a file says of itself; None where it says nothing."""

    labels: tuple[str, ...] | None
    description: str | None
    licence: str | None
    source: str | None


def read_notes(model: onnx.ModelProto) -> Notes:
    """Return the notes of a model. What cannot be read as class names is no class names."""
    held = {entry.key.lower(): entry.value[:_LONGEST].strip() for entry in model.metadata_props}
    found = (names for key in _NAMES if (names := _class_names(held.get(key, ""))))
    labels = next(found, None) or names_of_zipmap(model.graph)
    return Notes(
        labels if labels and len(labels) > 1 else None,
        held.get("description") or None,
        next((held[key] for key in _LICENCES if held.get(key)), None),
        next((held[key] for key in _SOURCES if held.get(key)), None),
    )


def _class_names(text: str) -> tuple[str, ...]:
    """Return the names of a list or an object, in JSON or as Python prints it, or of a list with commas."""
    if not text:
        return ()
    for parse in (json.loads, ast.literal_eval):
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            found = parse(text)
            if isinstance(found, dict):
                return tuple(by_number(found))
            if isinstance(found, list | tuple) and all(isinstance(one, str) for one in found):
                return tuple(one.strip() for one in found)
    names = tuple(part.strip() for part in text.replace("\n", ",").split(","))
    return names if all(names) and not text.startswith(("{", "[", "(")) else ()
