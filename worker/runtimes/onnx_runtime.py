"""ONNX Runtime on the CPU. Inputs and scores stay in NumPy's arrays: nothing is copied."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobs.plan import Device
from registry import ModelManifest
from worker.array_memory import HostMemory
from worker.noise.noise_source import Fill
from worker.runtimes.argmax import argmax
from worker.runtimes.onnx_sessions import (
    as_it_is,
    check_signature,
    onnx_computation,
    open_session,
    provider_lacking,
    try_session,
)
from worker.runtimes.runtime import require
from worker.runtimes.runtime_errors import failed_on_batch
from worker.runtimes.scores import Normaliser, not_numbers

Floats = NDArray[np.float32]


class _Bound(NamedTuple):
    """A binding of ONNX Runtime, its memory of inputs (address and shape), and its scores."""

    place: tuple[int, tuple[int, ...]]
    binding: Any
    scores: Floats


class OnnxRuntime:
    """A base classifier in ONNX Runtime. See :class:`worker.runtimes.runtime.Runtime`."""

    def __init__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> None:
        require(provider_lacking(device), device)
        self.memory = HostMemory()
        self.classes = len(manifest.labels)
        self._normalise = Normaliser(manifest)
        self._session = open_session(manifest, device, threads, {})
        self.computation = onnx_computation(device, threads, rows)
        self.rows: int | None = rows
        check_signature(manifest, self._session, rows)
        self._input, self._output = self._session.get_inputs()[0].name, self._session.get_outputs()[0].name
        self._bound: _Bound | None = None
        self.votes(try_session(manifest, self._session, rows))

    def votes(self, batch: Floats) -> NDArray[np.int64]:
        """Return the class of every row; see the protocol."""
        return self.passes(batch, 1, as_it_is)

    def scores(self, batch: Floats) -> Floats:
        """Return the scores of every row; see the protocol."""
        bound = self._bind(self._normalise.place(batch))
        self._compute(batch, bound)
        return bound.scores.copy()

    def passes(self, inputs: Floats, count: int, fill: Fill) -> NDArray[np.int64]:
        """Return the classes of the rows of the passes; see the protocol."""
        bound = self._bind(self._normalise.place(inputs))
        votes = np.empty((count, len(inputs)), np.int64)
        for part in range(count):
            fill(part)
            self._compute(inputs, bound)
            if not argmax(bound.scores, votes[part]):
                raise not_numbers()
        return votes.reshape(-1)

    def _compute(self, inputs: Floats, bound: _Bound) -> None:
        self._normalise(inputs)
        try:
            self._session.run_with_iobinding(bound.binding)
        except Exception as error:  # ONNX Runtime's errors share no base but Exception
            raise failed_on_batch(error) from error

    def _bind(self, inputs: Floats) -> _Bound:
        """Return a binding of this memory as input, that of the last call if it is the same memory."""
        place = (inputs.ctypes.data, inputs.shape)
        if self._bound is None or self._bound.place != place:
            binding = self._session.io_binding()
            scores = self.memory.empty((len(inputs), self.classes))
            binding.bind_input(self._input, "cpu", 0, np.float32, inputs.shape, place[0])
            binding.bind_output(self._output, "cpu", 0, np.float32, scores.shape, scores.ctypes.data)
            self._bound = _Bound(place, binding, scores)
        return self._bound
