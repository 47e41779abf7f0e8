"""Model folders for tests: a good one, to be spoiled one field at a time."""

from __future__ import annotations

from pathlib import Path

from scripts.export import Value, write_model

INPUT: dict[str, Value] = {"kind": "image", "shape": [1, 4, 4], "low": 0.0, "high": 1.0, "mode": "L"}
TENSOR: dict[str, Value] = {"kind": "tensor", "shape": [3], "low": -1.0, "high": 1.0}


def write_folder(
    root: Path,
    name: str = "good",
    data: bytes = b"weights",
    *,
    file: str = "model.onnx",
    fields: dict[str, Value] | None = None,
    input_table: dict[str, Value] | None = None,
    tables: dict[str, dict[str, Value]] | None = None,
) -> Path:
    """Write a valid model folder with some fields changed; its weights are ``data``."""
    head: dict[str, Value] = {
        "description": "A toy",
        "runtime": "onnx",
        "labels": ["no", "yes"],
        "licence": "none needed",
        "source": "made by a test",
    }
    all_tables = {"input": INPUT if input_table is None else input_table, **(tables or {})}
    write_model(root / name, file, data, head | (fields or {}), all_tables)
    return root / name


def replace(folder: Path, old: str, new: str) -> None:
    """Change the text of a manifest; the old text must be there once."""
    path = folder / "model.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is not in the manifest once"
    path.write_text(text.replace(old, new), encoding="utf-8")
