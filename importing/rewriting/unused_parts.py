"""Leave out what the scores do not need: operators and weights of other outputs, comments, notes."""

from __future__ import annotations

import onnx
import onnx_ir
from onnx_ir.passes import Sequential, common


def without_unused_parts(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model with the same input and output, and without parts that neither of them needs."""
    tidy = Sequential(common.RemoveUnusedNodesPass(), common.ClearMetadataAndDocStringPass())
    done = onnx_ir.to_proto(tidy(onnx_ir.from_proto(model)).model)
    del done.metadata_props[:]
    return done
