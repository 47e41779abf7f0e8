"""Read models of Keras 3 and TensorFlow, through their own ONNX export, where it is installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from importing.draft import Draft
from importing.file_kinds import FileKind
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.readers.network_drafts import draft_of_exported, named_hints, original_of, with_hints

_SECONDS: Final = 1800
"""Longest time of a conversion. A choice: a large network takes minutes."""


def read_keras(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read a model of Keras; see ``importing.readers.reader.Reader``.

    Keras computes with PyTorch here. Layers of Python code (Lambda) are refused by Keras itself, in
    its safe mode.
    """
    by_hand = (
        f"""python -c 'import keras; keras.saving.load_model("{path}").export("model.onnx", format="onnx")'"""
    )
    command = [sys.executable, "-m", "importing.pytorch.keras_export", str(path)]
    return _converted(path, kind, options, ("keras",), command, by_hand)


def read_saved_model(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read a SavedModel of TensorFlow; see ``importing.readers.reader.Reader``."""
    by_hand = f"python -m tf2onnx.convert --saved-model {path} --output model.onnx"
    command = [sys.executable, "-m", "tf2onnx.convert", "--saved-model", str(path), "--output"]
    return _converted(path, kind, options, ("tensorflow", "tf2onnx"), command, by_hand)


def _converted(
    path: Path,
    kind: FileKind,
    options: ImportOptions,
    needed: tuple[str, ...],
    command: list[str],
    by_hand: str,
) -> Draft:
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportRefused(
            f"{path} is {kind.said}, and {' and '.join(missing)} is not installed here: where it is, "
            f"`{by_hand}` makes an ONNX file, which can be imported"
        )
    with tempfile.TemporaryDirectory(prefix="exporting-") as folder:
        file = Path(folder) / "model.onnx"
        done = subprocess.run(  # noqa: S603 - our own interpreter, arguments as a list
            [*command, str(file)],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env=os.environ | {"KERAS_BACKEND": "torch"},
        )
        if done.returncode or not file.is_file():
            said = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
            raise ImportRefused(f"{path} could not be converted to ONNX ({said[-1]}): try `{by_hand}`")
        data = file.read_bytes()
    original = original_of(path / "saved_model.pb" if path.is_dir() else path, kind.said)
    draft = draft_of_exported(data, original, options, (f"exported to ONNX by {' and '.join(needed)}",))
    return with_hints(draft, named_hints(options))
