"""Write a trained PyTorch module as a model folder: a reproducible file and its ``model.toml``."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import onnx
import torch

Value = str | float | list[str] | list[int] | list[float]


def onnx_bytes(module: torch.nn.Module, shape: tuple[int, ...]) -> bytes:
    """Export to ONNX with a dynamic batch size, without file paths of the exporting machine."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # notices about opset conversion
    with warnings.catch_warnings():
        # Raised by the exporter's own use of a tree registry that PyTorch is about to rename.
        warnings.filterwarnings("ignore", category=FutureWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        program = torch.onnx.export(
            module.eval(),
            (torch.zeros(2, *shape),),
            input_names=["input"],
            output_names=["scores"],
            dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("the exporter returned no program")
    model: onnx.ModelProto = program.model_proto
    del model.metadata_props[:]
    for holder in (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer):
        del holder.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output):
        del value.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def torchscript_bytes(module: torch.nn.Module) -> bytes:
    """Script and freeze a module; leave out records that hold file paths or differ between runs."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # PyTorch advises torch.export over TorchScript; the service supports both formats.
        warnings.filterwarnings("ignore", message=r".*torch\.jit.*", category=DeprecationWarning)
        torch.jit.save(torch.jit.freeze(torch.jit.script(module.eval())), buffer)
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            if not name.endswith((".debug_pkl", "/.data/serialization_id")):
                target.writestr(zipfile.ZipInfo(name), source.read(name))
    return out.getvalue()


def write_model(
    folder: Path,
    file: str,
    data: bytes,
    fields: Mapping[str, Value],
    tables: Mapping[str, Mapping[str, Value]],
) -> None:
    """Write the weights and their manifest; the folder's name is the model's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(data)
    head: dict[str, Value] = {"name": folder.name, "file": file, "sha256": hashlib.sha256(data).hexdigest()}
    lines = [_line(key, value) for key, value in {**head, **fields}.items()]
    for table, entries in tables.items():
        lines += ["", f"[{table}]", *(_line(key, value) for key, value in entries.items())]
    (folder / "model.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"wrote {folder} ({len(data)} bytes of weights)")


def _line(key: str, value: Value) -> str:
    """Return one TOML line; JSON and TOML write strings, numbers and lists alike."""
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
