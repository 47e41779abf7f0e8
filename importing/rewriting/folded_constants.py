"""Compute what a graph computes from sizes alone once its batch is fixed, so that it becomes constants."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
import onnxruntime as ort

from importing.rewriting.onnx_graphs import copied
from importing.rewriting.original_function import SEVERITY_FATAL


def fold_constants(model: onnx.ModelProto, name: str, rows: int) -> onnx.ModelProto:
    """Return a graph in which ONNX Runtime has folded all constants, for ``rows`` rows at the input ``name``.

    Raises what ONNX Runtime raises if it cannot load the model.
    """
    fixed = copied(model)
    for value in fixed.graph.input:
        if value.name == name:
            value.type.tensor_type.shape.dim[0].dim_value = rows
    with tempfile.TemporaryDirectory(prefix="folding-") as folder:
        options = ort.SessionOptions()
        options.log_severity_level = SEVERITY_FATAL
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        ort.InferenceSession(fixed.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return onnx.load(options.optimized_model_filepath)
