"""Open a program of ``torch.export`` (.pt2), after a look whether opening it can run anything but a network.

``torch.export.load`` unpickles some members whatever they hold, evaluates expressions of sizes as Python, and
looks up operators by any dotted name below ``torch``. So all of these are checked before.
"""

from __future__ import annotations

import io
import json
import logging
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import torch

from importing.import_errors import ImportRefused, reason
from importing.pytorch.zip_checks import checked_members, member

_MODEL: Final = "models/model.json"
_INPUTS: Final = "data/sample_inputs/model.pt"
_CONFIGS: Final = ("data/weights/model_weights_config.json", "data/constants/model_constants_config.json")
_MEMBERS: Final = re.compile(
    r"data/weights/weight_\d+|data/constants/tensor_\d+|archive_format|archive_version|byteorder"
    r"|\.data/(version|serialization_id)|\.format_version|\.storage_alignment"
)
"""The members that a program of one model has besides those above."""
_OPERATORS: Final = re.compile(
    r"torch\.ops\.(aten|prims)\.\w+(\.\w+)?|torch\.sym_\w+|math\.(trunc|floor|ceil|sqrt|pow)"
    r"|_operator\.(add|sub|mul|truediv|floordiv|mod|neg|pow|getitem|eq|ne|lt|le|gt|ge|and_|or_)"
)
_NOT_THESE: Final = re.compile(r"torch\.ops\.aten\.(from_file|save|load)\b")
_EXPRESSION: Final = re.compile(
    r"(?!.*\*\*)(?:Symbol|'[a-z]{1,4}\d{1,9}'|(?:positive|integer|nonnegative)=True|Integer|Add|Mul|Max|Min|Mod"
    r"|FloorDiv|CeilDiv|PythonMod|[su]\d{1,9}|\d{1,19}|[-+*/(), ]){1,1000}"
)
"""Expressions of sizes: symbols, whole numbers, arithmetic without powers, which could take forever."""


def load_program(path: Path) -> torch.export.ExportedProgram:
    """Return the program in a file. Raises ImportRefused if it is damaged, too old, or no mere network."""
    _screen(path)
    logging.getLogger("torch.export").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            program = torch.export.load(_rewritten(path))
        except Exception as error:  # PyTorch raises whatever a damaged program makes it meet
            raise ImportRefused(
                f"{path} cannot be opened by PyTorch {torch.__version__} ({reason(error)}): export it again "
                "with this version, or to ONNX"
            ) from error
    return program


def _rewritten(path: Path) -> io.BytesIO:
    """Return the archive written anew, so that PyTorch reads exactly the members that were screened."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename), source.read(entry))
    out.seek(0)
    return out


def _screen(path: Path) -> None:
    members = checked_members(path)
    if _MODEL not in members:
        raise ImportRefused(
            f"{path} is no program of torch.export that this version reads (PyTorch before 2.8, or compiled "
            "by AOTInductor): load it there and save it to ONNX with torch.onnx.export"
        )
    strange = [
        name for name in members if name not in (_MODEL, _INPUTS, *_CONFIGS) and not _MEMBERS.fullmatch(name)
    ]
    if strange:
        raise ImportRefused(f"{path} holds more than one network ({strange[0]!a}): {_AGAIN}")
    for config in _CONFIGS:
        if any(entry.get("use_pickle") for entry in _entries(_parsed(path, config))):
            raise ImportRefused(f"{path} holds pickles, which can run any code: {_AGAIN}")
    _screen_inputs(path)
    for key, text in _strings(_parsed(path, _MODEL)):
        _screen_text(path, key, text)


_AGAIN: Final = "export the network alone, with tensors as its weights, or to ONNX"


def _screen_inputs(path: Path) -> None:
    """Refuse sample inputs that are not tensors alone: PyTorch would then unpickle them in full."""
    try:
        torch.load(io.BytesIO(member(path, _INPUTS)), map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged or hostile pickle can raise anything
        raise ImportRefused(
            f"{path} holds sample inputs that are no tensors, in a pickle, which can run any code: {_AGAIN}"
        ) from error


def _screen_text(path: Path, key: str, text: str) -> None:
    """Refuse a string of the program that PyTorch would evaluate, import or call, unless it is arithmetic."""
    if key in {"target", "as_operator"} and (not _OPERATORS.fullmatch(text) or _NOT_THESE.match(text)):
        raise ImportRefused(f"{path} calls {text!r}, which is no operator of a network: {_AGAIN}")
    if key == "expr_str" and not _EXPRESSION.fullmatch(text):
        raise ImportRefused(f"{path} has {text!r} as a size, which is no arithmetic: {_AGAIN}")
    if "__enum__" in text or text == "as_custom_obj":
        raise ImportRefused(f"{path} holds objects of Python, which can run any code: {_AGAIN}")


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string in a JSON value, and every key, with the key that it lies under."""
    if isinstance(value, dict):
        for inner, each in value.items():
            yield "", inner
            yield from _strings(each, inner)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each, key)
    elif isinstance(value, str):
        yield key, value


def _entries(config: Any) -> Iterator[dict[str, Any]]:
    entries = config.get("config", {}) if isinstance(config, dict) else {}
    return (entry for entry in entries.values() if isinstance(entry, dict))


def _parsed(path: Path, name: str) -> Any:
    try:
        return json.loads(member(path, name))
    except (ValueError, RecursionError) as error:
        raise ImportRefused(f"{path} is damaged ({name} is no JSON): copy or export it again") from error
