"""Export a network of PyTorch to ONNX, and prove that the file computes the same."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from importing.import_errors import ImportRefused, reason

TOLERANCE: Final = 1e-4
"""Largest accepted difference of outputs, as a share of the largest. A choice: another order of computing in
float32 makes some 1e-6."""
_ROWS: Final = 2
"""Rows of the batch that is exported and compared: one would be taken for a fixed axis."""
_OPSET: Final = 18
_FATAL: Final = 4


def exported(module: torch.nn.Module, shape: tuple[int, ...], name: str) -> bytes:
    """Return an ONNX file of a network for inputs of ``shape`` (without batch), float32, any number of rows.

    PyTorch's exporter is tried first, then its older one, which follows the computation of one batch: neither
    exports every network. Raises ImportRefused if both fail, or if the file computes something else. ``name``
    is the file's, for messages.
    """
    batch = torch.rand(_ROWS, *shape, generator=torch.Generator().manual_seed(0))
    scripted = isinstance(module, torch.jit.ScriptModule)
    ways: tuple[_Way, ...] = (_traced,) if scripted else (_by_program, _traced)
    failures: list[str] = []
    for way in ways:
        with _quiet():
            try:
                data = way(module, batch)
            except Exception as error:  # noqa: BLE001 - exporters raise whatever a network makes them meet
                failures.append(reason(error))
                continue
        difference = _difference(data, module, batch)
        if difference <= TOLERANCE:
            return data
        failures.append(f"outputs differ by {difference:.2g} of the largest")
    raise ImportRefused(
        f"{name} cannot be exported to ONNX for inputs of shape {list(shape)}: {'; then: '.join(failures)}. "
        "Export it in Python, where you can change its code, and import the ONNX file"
    )


def exported_program(program: torch.export.ExportedProgram, name: str) -> bytes:
    """Return an ONNX file of a program of ``torch.export``. Raises ImportRefused if it cannot be exported."""
    with _quiet():
        try:
            made = torch.onnx.export(program, dynamo=True, external_data=False, verbose=False)
        except Exception as error:  # as above
            raise ImportRefused(f"{name} cannot be exported to ONNX: {reason(error)}") from error
    return _plain(made)


_Way = Callable[[torch.nn.Module, torch.Tensor], bytes]


def _by_program(module: torch.nn.Module, batch: torch.Tensor) -> bytes:
    made = torch.onnx.export(
        module,
        (batch,),
        input_names=["input"],
        dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    return _plain(made)


def _traced(module: torch.nn.Module, batch: torch.Tensor) -> bytes:
    out = io.BytesIO()
    torch.onnx.export(
        module,
        (batch,),
        out,  # type: ignore[arg-type]  # the older exporter writes to streams
        input_names=["input"],
        dynamic_axes={"input": {0: "batch"}},
        opset_version=_OPSET,
        dynamo=False,
    )
    return out.getvalue()


def _plain(made: Any) -> bytes:
    """Return the file of an exported program, without paths of the machine that exports."""
    if made is None:
        raise RuntimeError("the exporter returned no program")
    model: onnx.ModelProto = made.model_proto
    del model.metadata_props[:]
    for holder in (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer):
        del holder.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output):
        del value.metadata_props[:]
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _difference(data: bytes, module: torch.nn.Module, batch: torch.Tensor) -> float:
    """Return the largest difference of the outputs of file and network, as a share of the largest output.

    The batch has another number of rows than the one that was exported.
    """
    rows = torch.cat([batch, 1 - batch.flip(0), 0.5 * batch])[: 2 * _ROWS + 1]
    options = ort.SessionOptions()
    options.log_severity_level = _FATAL
    try:
        session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        got = session.run(None, {session.get_inputs()[0].name: rows.numpy()})
        with torch.inference_mode():
            wanted = tensors_of(module(rows))
    except Exception:  # noqa: BLE001 - a file that cannot be run as the network can is not equal to it
        return float("inf")
    if len(got) != len(wanted):
        return float("inf")
    return max(map(_apart, got, (each.float().numpy() for each in wanted)), default=float("inf"))


def _apart(one: NDArray[Any], other: NDArray[np.float32]) -> float:
    if one.shape != other.shape:
        return float("inf")
    largest = max(float(np.abs(other).max(initial=0.0)), float(np.finfo(np.float32).tiny))
    return float(np.abs(one - other).max(initial=0.0)) / largest


def tensors_of(output: object) -> list[torch.Tensor]:
    """Return the tensors of a network's output, in order, whatever they are packed in."""
    if isinstance(output, torch.Tensor):
        return [output]
    if isinstance(output, Mapping):
        return [tensor for each in output.values() for tensor in tensors_of(each)]
    if isinstance(output, list | tuple):
        return [tensor for each in output for tensor in tensors_of(each)]
    return []


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what exporters print and warn of, which is for developers of PyTorch, from the user.

    The older one also prints from C++, so the process's own streams are turned away.
    """
    logging.getLogger("torch.onnx").setLevel(logging.CRITICAL)
    sys.stdout.flush()
    kept = {stream: os.dup(stream) for stream in _STREAMS}
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in _STREAMS:
            os.dup2(nothing, stream)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stdout.flush()
        for stream, own in kept.items():
            os.dup2(own, stream)
            os.close(own)
        os.close(nothing)


_STREAMS: Final = (1, 2)
"""Standard output and standard error."""
