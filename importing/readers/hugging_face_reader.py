"""Read folders as Hugging Face has them: config.json, preprocessing, and weights or an ONNX file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from importing.draft import Draft, Original
from importing.file_kinds import FileKind
from importing.hints.hugging_face_processors import hints_of_processor, with_labels
from importing.hints.preprocessing import Hints
from importing.hints.timm_configs import hints_of_config
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.pytorch.loading_weights import fitted
from importing.pytorch.networks import LIBRARIES
from importing.pytorch.transformers_networks import network_of_folder
from importing.pytorch.weights_files import read_weights_file
from importing.readers.network_drafts import draft_of_module, original_of, with_hints
from importing.readers.reader import read

_WEIGHTS: Final = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
_ONNX: Final = ("model.onnx", "onnx/model.onnx")
_LARGEST: Final = 2**24
"""Bytes of a configuration. A choice: that of a model with 21,843 classes takes a tenth of it."""


def read_folder(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read a folder of Hugging Face; see ``importing.readers.reader.Reader``.

    The weights are read if there are some, else the ONNX file.
    """
    config = _json(path / "config.json")
    hints = _timm_hints(config) if "pretrained_cfg" in config else _hints(path, config)
    weights = next((name for name in _WEIGHTS if (path / name).is_file()), None)
    if weights is None:
        return _of_onnx(path, kind, options, hints)
    if weights.endswith(".index.json"):
        _check_parts(path / weights)
    if "pretrained_cfg" in config:
        return _of_timm(path, weights, config, hints, options)
    module = network_of_folder(path, weights, config)
    original = _original(path, weights, "weights of transformers")
    return draft_of_module(
        module, original, hints, options, (f"weights loaded into {type(module.inner).__name__}",)
    )


def _check_parts(index: Path) -> None:
    """Refuse an index whose parts do not all lie beside it."""
    parts = _json(index).get("weight_map")
    if not isinstance(parts, dict) or not parts:
        raise ImportRefused(f"{index} names no parts of the weights: copy the folder again")
    for part in sorted(set(map(str, parts.values()))):
        if Path(part).name != part or part in {".", ".."} or "\\" in part:
            raise ImportRefused(f"{index} names {part!r}, which leads out of the folder: it is not read")
        if not (index.parent / part).is_file():
            raise ImportRefused(f"{index} names {part}, which is not there: copy the folder again")


def _of_onnx(path: Path, kind: FileKind, options: ImportOptions, hints: Hints) -> Draft:
    file = next((name for name in _ONNX if (path / name).is_file()), None)
    if file is None:
        raise ImportRefused(
            f"{path} is {kind.said} without weights: it needs one of {', '.join((*_WEIGHTS, *_ONNX))}"
        )
    draft = read(path / file, options if options.shape else replace(options, shape=hints.shape))
    return with_hints(replace(draft, original=_original(path, file, draft.original.kind)), hints)


def _of_timm(
    path: Path, weights: str, config: Mapping[str, Any], hints: Hints, options: ImportOptions
) -> Draft:
    architecture = config.get("architecture")
    found = LIBRARIES.named("timm").find(architecture) if isinstance(architecture, str) else None
    if found is None:
        raise ImportRefused(f"{path / 'config.json'}: timm has no architecture {architecture!r}: update timm")
    made = fitted(found, read_weights_file(path / weights), weights)
    original = _original(path, weights, "weights of timm")
    return draft_of_module(made.module, original, hints, options, made.steps)


def _original(path: Path, file: str, kind: str) -> Original:
    return replace(
        original_of(path / file, f"{kind} in a Hugging Face folder"), name=f"{path.resolve().name}/{file}"
    )


def _timm_hints(config: Mapping[str, Any]) -> Hints:
    """Return what timm wrote into config.json: classes stand beside ``pretrained_cfg``, not in it."""
    told = config["pretrained_cfg"]
    if not isinstance(told, Mapping):
        raise ImportRefused("config.json: pretrained_cfg must be an object")
    beside = {
        name: config[name] for name in ("num_classes", "label_names", "label_descriptions") if name in config
    }
    return hints_of_config({**told, **beside}, "config.json")


def _hints(path: Path, config: Mapping[str, Any]) -> Hints:
    file = path / "preprocessor_config.json"
    hints = (
        hints_of_processor(_json(file))
        if file.is_file()
        else Hints(said_by="config.json", size=_size(config))
    )
    return with_labels(hints if hints.size else replace(hints, size=_size(config)), config)


def _size(config: Mapping[str, Any]) -> tuple[int, int] | None:
    size = config.get("image_size")
    if isinstance(size, int):
        return size, size
    if isinstance(size, list) and len(size) == 2 and all(isinstance(side, int) for side in size):
        return size[0], size[1]
    return None


def _json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LARGEST:
            raise ImportRefused(f"{file} is larger than {_LARGEST} bytes, and so is no configuration")
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImportRefused(f"{file} cannot be read as JSON ({error}): copy the folder again") from error
    if not isinstance(found, dict):
        raise ImportRefused(f"{file} must hold a JSON object: copy the folder again")
    return found
