"""Sessions of ONNX Runtime, on every device: open them, check them against the manifest, try them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from jobs.plan import Computation, Device
from registry import ModelManifest
from registry.manifest import read_weights
from worker.runtimes.load_refusals import fixed_batch, onnx_unloadable, trial_failed
from worker.runtimes.runtime import stated_precision
from worker.runtimes.runtime_errors import RuntimeLoadError
from worker.runtimes.trial_batch import check_scores, trial_batch

PROVIDERS: Final[Mapping[Device, str]] = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
SEVERITY_ERROR: Final = 3
NO_FOLDER: Final = "/dev/null"
"""A folder without files. Weights outside the model's file are not in its hash, so none may be read."""


def open_session(
    manifest: ModelManifest, device: Device, threads: int, provider_options: dict[str, str]
) -> ort.InferenceSession:
    """Open a model's file on a kind of device. Raises RuntimeLoadError if it does not compute there."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = SEVERITY_ERROR
    options.use_deterministic_compute = True
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", NO_FOLDER)
    data = read_weights(manifest)
    try:
        session = ort.InferenceSession(data, options, providers=[(PROVIDERS[device], provider_options)])
    except Exception as error:  # ONNX Runtime's errors share no base but Exception
        raise onnx_unloadable(manifest, error) from error
    provider = session.get_providers()[0]
    if provider != PROVIDERS[device]:
        raise RuntimeLoadError(
            f"asked for {device}, but ONNX Runtime chose {provider}; install the GPU build of ONNX "
            "Runtime with its CUDA libraries, or set CERTIFY_DEVICE=cpu",
        )
    return session


def provider_lacking(device: Device) -> str | None:
    """Say what this build of ONNX Runtime lacks for a kind of device; None if nothing."""
    if PROVIDERS[device] not in ort.get_available_providers():
        return f"this build of ONNX Runtime lacks {PROVIDERS[device]}: install its GPU build"
    return None


def onnx_computation(device: Device, threads: int, rows: int) -> Computation:
    """Return what computes the votes of a session."""
    return Computation(
        name="onnxruntime",
        version=ort.__version__,
        provider=PROVIDERS[device],
        precision=stated_precision(None, device),
        rows=rows,
        threads=threads,
    )


def try_session(manifest: ModelManifest, session: ort.InferenceSession, rows: int) -> NDArray[np.float32]:
    """Return a trial batch after the session gave scores for it. Raises RuntimeLoadError if it did not."""
    batch = trial_batch(manifest, rows)
    name, output = session.get_inputs()[0].name, session.get_outputs()[0].name
    try:
        scores = session.run([output], {name: batch})[0]
    except Exception as error:  # ONNX Runtime's errors share no base but Exception
        raise trial_failed(manifest, rows, error) from error
    check_scores(manifest, scores.shape, rows, floating=scores.dtype == np.float32)
    return batch


def as_it_is(part: int) -> None:
    """Leave the inputs of a pass as they are."""


def check_signature(manifest: ModelManifest, session: ort.InferenceSession, rows: int) -> None:
    """Compare the file's declared input and output with the manifest, as far as the file declares them."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1:
        raise RuntimeLoadError(
            f"model {manifest.name!r}: the file has {len(inputs)} inputs and {len(outputs)} outputs; "
            "export it with one input, the batch, and one output, the class scores",
        )
    if inputs[0].type != "tensor(float)":
        raise RuntimeLoadError(
            f"model {manifest.name!r}: its input is {inputs[0].type}; export it with one of float32"
        )
    declared = inputs[0].shape
    expected = (rows, *manifest.input.shape)
    if len(declared) != len(expected) or any(
        isinstance(size, int) and size != wanted
        for size, wanted in zip(declared[1:], expected[1:], strict=True)
    ):
        raise RuntimeLoadError(
            f"model {manifest.name!r}: the file's input is {declared}, but input.shape in model.toml asks "
            f"for {['batch', *manifest.input.shape]}",
        )
    if isinstance(declared[0], int) and declared[0] != rows:
        raise fixed_batch(manifest, declared[0])
