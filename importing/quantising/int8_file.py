"""Quantise an ONNX file to 8 bits with the tool of ONNX Runtime: static, so that rows stay independent.

Scales are constants of the file (QuantizeLinear and DequantizeLinear, "QDQ"), found by calibration, one for
each channel of the weights. x86 processors without VNNI add two products in 16 bits, which 8 bits of weights
can overflow: there such a file is another function than on others. 7 bits cannot.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from importing.import_errors import ImportRefused
from importing.onnx_opsets import at_opset, opset_of
from importing.quiet_logs import at_least

LEAST_OPSET: Final = 13
"""From here on DequantizeLinear knows one scale for each channel."""
_QUANTISED: Final = frozenset({"QuantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul"})


class _Batches(CalibrationDataReader):  # type: ignore[misc]  # untyped in ONNX Runtime
    """Gives the batches of a calibration one after the other."""

    def __init__(self, name: str, batches: Iterable[NDArray[np.float32]]) -> None:
        self._name = name
        self._batches = iter(batches)

    def get_next(self) -> dict[str, Any] | None:
        """Return the next batch by the input's name; None at the end."""
        batch = next(self._batches, None)
        return None if batch is None else {self._name: batch}


def quantised(
    data: bytes, batches: Iterable[NDArray[np.float32]], said: str, *, seven_bits: bool = False
) -> bytes:
    """Return the file quantised to int8 by batches of what it gets when it runs.

    ``said``: what messages call it. ``seven_bits``: of the weights. Raises ImportRefused if the tool does not
    take the file, or it is quantised already.
    """
    model = onnx.load_model_from_string(data)
    if any(node.op_type in _QUANTISED for node in model.graph.node):
        raise ImportRefused(f"{said} is quantised already: name the model that it was made of")
    model = at_opset(model, max(LEAST_OPSET, opset_of(model)), said)
    with tempfile.TemporaryDirectory(prefix="quantising-") as place:
        given, prepared, made = (Path(place) / name for name in ("given.onnx", "prepared.onnx", "made.onnx"))
        onnx.save(model, given)
        try:
            with at_least(logging.ERROR):  # the tool advises to do what is done here
                quant_pre_process(given, prepared, skip_symbolic_shape=True)
                quantize_static(
                    prepared,
                    made,
                    _Batches(model.graph.input[0].name, batches),
                    quant_format=QuantFormat.QDQ,
                    activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8,
                    per_channel=True,
                    reduce_range=seven_bits,
                )
        except Exception as error:  # the tool's errors share no base but Exception
            raise ImportRefused(f"{said}: ONNX Runtime's tool cannot quantise it: {error}") from error
        whole = onnx.load(made)
    if not any(node.op_type in _QUANTISED for node in whole.graph.node):
        raise ImportRefused(f"{said} has no operator that ONNX Runtime can compute in 8 bits")
    return bytes(whole.SerializeToString(deterministic=True))
