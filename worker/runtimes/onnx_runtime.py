"""ONNX Runtime on CPU and CUDA. Inputs and scores stay in PyTorch's memory: nothing is copied."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from jobs.plan import Computation, Device
from registry import ModelManifest
from registry.manifest import read_weights
from worker.noise.generator_keys import Fill
from worker.runtimes.argmax import argmax
from worker.runtimes.load_refusals import fixed_batch, onnx_unloadable, trial_failed
from worker.runtimes.runtime import require, stated_precision
from worker.runtimes.runtime_errors import RuntimeLoadError, failed_on_batch
from worker.runtimes.scores import Normaliser, check_scores, not_numbers, trial_batch, votes_of

PROVIDERS: dict[Device, str] = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
SEVERITY_ERROR = 3
NO_FOLDER = "/dev/null"
"""A folder without files. Weights outside the model's file are not in its hash, so none may be read."""


class _Bound(NamedTuple):
    """The memory of inputs (address and shape) and of scores, as ONNX Runtime's and as NumPy's arrays.

    ``table`` is None on a GPU.
    """

    place: tuple[int, tuple[int, ...]]
    binding: ort.IOBinding
    scores: torch.Tensor
    table: NDArray[np.float32] | None


class OnnxRuntime:
    """A base classifier in ONNX Runtime. See :class:`worker.runtimes.runtime.Runtime`.

    On CUDA the session computes in its own stream. That stream and the caller's wait for each other.
    Convolution algorithms are cuDNN's default choice, not the fastest of a trial, and TF32 is off, so that
    the function is the same in every process.
    """

    def __init__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> None:
        require(self.lacks(device), device)
        self.device = torch.device(device)
        self.classes = len(manifest.labels)
        self._normalise = Normaliser(manifest, self.device)
        self._stream = _new_stream(self.device) if device == "cuda" else None
        self._session = _session(manifest, device, threads, self._stream)
        provider = self._session.get_providers()[0]
        if provider != PROVIDERS[device]:
            raise RuntimeLoadError(
                f"asked for {device}, but ONNX Runtime chose {provider}; install the GPU build of ONNX "
                "Runtime with its CUDA libraries, or ask for the cpu",
            )
        self.computation = Computation(
            name="onnxruntime",
            version=ort.__version__,
            provider=provider,
            precision=stated_precision(None, device),
            rows=rows,
            threads=threads,
        )
        self.rows: int | None = rows
        _check_signature(manifest, self._session, rows)
        self._input, self._output = self._session.get_inputs()[0].name, self._session.get_outputs()[0].name
        self._bound: _Bound | None = None
        self._try(manifest, rows)

    @staticmethod
    def lacks(device: Device) -> str | None:
        """See Loader."""
        if device == "cuda" and not torch.cuda.is_available():
            return "PyTorch sees no GPU"
        if PROVIDERS[device] not in ort.get_available_providers():
            return f"this build of ONNX Runtime lacks {PROVIDERS[device]}: install its GPU build"
        return None

    def votes(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the class of every row; see the protocol."""
        return self.passes(batch, 1, _as_it_is)

    def scores(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the scores of every row; see the protocol."""
        return self._scores(batch, self._bind(self._normalise.place(batch)), _as_it_is, 0).clone()

    def passes(self, inputs: torch.Tensor, count: int, fill: Fill) -> torch.Tensor:
        """Return the classes of the rows of the passes; see the protocol.

        On the CPU nothing between two passes calls PyTorch: after a pass of a millisecond the caches are
        cold, and then each call takes some ten microseconds.
        """
        bound = self._bind(self._normalise.place(inputs))
        if bound.table is None:
            return torch.cat([votes_of(self._scores(inputs, bound, fill, part)) for part in range(count)])
        votes = np.empty((count, len(inputs)), np.int64)
        for part in range(count):
            self._scores(inputs, bound, fill, part)
            if not argmax(bound.table, votes[part]):
                raise not_numbers()
        return torch.from_numpy(votes.reshape(-1))

    def _scores(self, inputs: torch.Tensor, bound: _Bound, fill: Fill, part: int) -> torch.Tensor:
        fill(part)
        self._normalise(inputs)
        self._run(bound.binding)
        return bound.scores

    def _run(self, binding: ort.IOBinding) -> None:
        if self._stream is None:
            try:
                self._session.run_with_iobinding(binding)
            except Exception as error:  # ONNX Runtime's errors share no base but Exception
                raise failed_on_batch(error) from error
        else:
            caller = torch.cuda.current_stream(self.device)
            self._stream.wait_stream(caller)
            self._session.run_with_iobinding(binding)
            caller.wait_stream(self._stream)

    def _bind(self, inputs: torch.Tensor) -> _Bound:
        """Return a binding of this memory as input, that of the last call if it is the same memory."""
        place = (inputs.data_ptr(), tuple(inputs.shape))
        if self._bound is None or self._bound.place != place:
            binding = self._session.io_binding()
            scores = torch.empty((len(inputs), self.classes), dtype=torch.float32, device=self.device)
            kind, index = self.device.type, self.device.index or 0
            binding.bind_input(self._input, kind, index, np.float32, place[1], place[0])
            binding.bind_output(self._output, kind, index, np.float32, tuple(scores.shape), scores.data_ptr())
            table = scores.numpy() if self._stream is None else None
            self._bound = _Bound(place, binding, scores, table)
        return self._bound

    def _try(self, manifest: ModelManifest, rows: int) -> None:
        batch = trial_batch(manifest, rows)
        try:
            scores = self._session.run([self._output], {self._input: batch.numpy()})[0]
        except Exception as error:  # ONNX Runtime's errors share no base but Exception
            raise trial_failed(manifest, rows, error) from error
        check_scores(manifest, scores.shape, rows, floating=scores.dtype == np.float32)
        self.votes(batch.to(self.device))


def _as_it_is(part: int) -> None:
    """Leave the inputs of a pass as they are."""


def _new_stream(device: torch.device) -> torch.cuda.Stream:
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # untyped in PyTorch


def _session(
    manifest: ModelManifest, device: Device, threads: int, stream: torch.cuda.Stream | None
) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = SEVERITY_ERROR
    options.use_deterministic_compute = True
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", NO_FOLDER)
    provider_options: dict[str, str] = {}
    if stream is not None:
        ort.preload_dlls()
        provider_options = {
            "device_id": str(stream.device.index or 0),
            "user_compute_stream": str(stream.cuda_stream),
            "cudnn_conv_algo_search": "DEFAULT",
            "use_tf32": "0",
        }
    data = read_weights(manifest)
    try:
        return ort.InferenceSession(data, options, providers=[(PROVIDERS[device], provider_options)])
    except Exception as error:  # ONNX Runtime's errors share no base but Exception
        raise onnx_unloadable(manifest, error) from error


def _check_signature(manifest: ModelManifest, session: ort.InferenceSession, rows: int) -> None:
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
