"""ONNX Runtime on a GPU. Inputs and scores stay in PyTorch's memory there: nothing is copied."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import onnxruntime as ort
import torch

from jobs.plan import Device
from registry import ModelManifest
from worker.gpu_memory import GpuMemory
from worker.noise.noise_source import Fill
from worker.runtimes.gpu_scores import GpuNormaliser, gpu_votes_of, no_gpu
from worker.runtimes.onnx_sessions import (
    as_it_is,
    check_signature,
    onnx_computation,
    open_session,
    provider_lacking,
    try_session,
)
from worker.runtimes.runtime import require


class _Bound(NamedTuple):
    """A binding of ONNX Runtime, its memory of inputs (address and shape), and its scores."""

    place: tuple[int, tuple[int, ...]]
    binding: Any
    scores: torch.Tensor


class OnnxOnGpu:
    """A base classifier in ONNX Runtime. See :class:`worker.runtimes.runtime.Runtime`.

    The session computes in its own stream. That stream and the caller's wait for each other. Convolution
    algorithms are cuDNN's default choice, not the fastest of a trial, and TF32 is off, so that the function
    is the same in every process.
    """

    def __init__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> None:
        require(no_gpu() or provider_lacking(device), device)
        self.memory = GpuMemory()
        self.classes = len(manifest.labels)
        self._normalise = GpuNormaliser(manifest)
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # untyped in PyTorch
        self._session = open_session(manifest, device, threads, stream_options(self._stream))
        self.computation = onnx_computation(device, threads, rows)
        self.rows: int | None = rows
        check_signature(manifest, self._session, rows)
        self._input, self._output = self._session.get_inputs()[0].name, self._session.get_outputs()[0].name
        self._bound: _Bound | None = None
        self.votes(self.memory.placed(try_session(manifest, self._session, rows)))

    def votes(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the class of every row; see the protocol."""
        return self.passes(batch, 1, as_it_is)

    def scores(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the scores of every row; see the protocol."""
        bound = self._bind(self._normalise.place(batch))
        return self._scores(batch, bound).clone()

    def passes(self, inputs: torch.Tensor, count: int, fill: Fill) -> torch.Tensor:
        """Return the classes of the rows of the passes; see the protocol."""
        bound, votes = self._bind(self._normalise.place(inputs)), []
        for part in range(count):
            fill(part)
            votes.append(gpu_votes_of(self._scores(inputs, bound)))
        return torch.cat(votes)

    def _scores(self, inputs: torch.Tensor, bound: _Bound) -> torch.Tensor:
        self._normalise(inputs)
        caller = torch.cuda.current_stream()
        self._stream.wait_stream(caller)
        self._session.run_with_iobinding(bound.binding)
        caller.wait_stream(self._stream)
        return bound.scores

    def _bind(self, inputs: torch.Tensor) -> _Bound:
        """Return a binding of this memory as input, that of the last call if it is the same memory."""
        place = (inputs.data_ptr(), tuple(inputs.shape))
        if self._bound is None or self._bound.place != place:
            binding, index = self._session.io_binding(), inputs.device.index or 0
            scores = self.memory.empty((len(inputs), self.classes))
            binding.bind_input(self._input, "cuda", index, np.float32, place[1], place[0])
            binding.bind_output(
                self._output, "cuda", index, np.float32, tuple(scores.shape), scores.data_ptr()
            )
            self._bound = _Bound(place, binding, scores)
        return self._bound


def stream_options(stream: torch.cuda.Stream) -> dict[str, str]:
    """Return the options of a session that computes in a stream; CUDA's libraries are loaded now."""
    ort.preload_dlls()
    return {
        "device_id": str(stream.device.index or 0),
        "user_compute_stream": str(stream.cuda_stream),
        "cudnn_conv_algo_search": "DEFAULT",
        "use_tf32": "0",
    }
