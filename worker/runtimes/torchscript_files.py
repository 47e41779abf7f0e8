"""TorchScript files, on every device: load them, try them, and compute scores from tensors."""

from __future__ import annotations

import io
import warnings
from typing import Final

import torch

from jobs.plan import Computation, Device
from registry import ModelManifest
from registry.manifest import MemoryFormat, Precision, read_weights
from worker.runtimes.load_refusals import torchscript_unloadable, trial_failed
from worker.runtimes.runtime import stated_precision
from worker.runtimes.runtime_errors import ModelOutputError, RuntimeLoadError

DTYPES: Final[dict[Precision, torch.dtype]] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
LAYOUTS: Final[dict[MemoryFormat, torch.memory_format]] = {
    "contiguous": torch.contiguous_format,
    "channels_last": torch.channels_last,
}


class Script:
    """A loaded TorchScript file, which computes scores from normalised inputs.

    PyTorch's number of threads belongs to the process: it is set before each pass if it is another one. The
    script runs without the optimising executor, which rewrites a graph after its first calls, because the
    function must not change within a job.
    """

    def __init__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> None:
        self._name, self._classes, self._threads = manifest.name, len(manifest.labels), threads
        self._module = _load(manifest, torch.device(device))
        self._dtype = torch.float32 if manifest.precision is None else DTYPES[manifest.precision]
        self._layout = LAYOUTS[manifest.memory_format]
        self.computation = Computation(
            name="torchscript",
            version=torch.__version__,
            provider=device,
            precision=stated_precision(manifest.precision, device),
            memory_format=manifest.memory_format,
            rows=rows,
            threads=threads,
        )

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the scores of normalised inputs. Raises ModelOutputError if their shape is not the trial's.

        Scores of half precision become float32, which changes no vote. They lie in memory of their own, since
        a script may return the same memory each time.
        """
        scores = self._scores(inputs)
        if scores.shape != (len(inputs), self._classes):
            raise ModelOutputError(
                f"{len(inputs)} inputs gave scores of shape {tuple(scores.shape)}: not one row an input, one "
                "score a label, as the trial batch had"
            )
        return scores.clone() if scores.dtype in {torch.float32, torch.float64} else scores.float()

    def trial(self, manifest: ModelManifest, inputs: torch.Tensor) -> tuple[tuple[int, ...], bool]:
        """Return the shape of the scores of a trial batch, and whether they are floating-point numbers.

        Raises RuntimeLoadError if it gives none.
        """
        try:
            scores = self._scores(inputs)
        except Exception as error:  # a script may raise anything
            raise trial_failed(manifest, len(inputs), error) from error
        if not isinstance(scores, torch.Tensor):
            raise RuntimeLoadError(f"model {self._name!r}: its output must be one tensor, the class scores")
        return tuple(scores.shape), scores.is_floating_point()

    def _scores(self, inputs: torch.Tensor) -> torch.Tensor:
        if torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)
        with torch.inference_mode(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]  # public, not in __all__
            # A copy, since scripts may write to their input, and that belongs to the caller.
            own = inputs.to(self._dtype, memory_format=self._layout, copy=True)
            scores: torch.Tensor = self._module(own)
            return scores


def _load(manifest: ModelManifest, device: torch.device) -> torch.jit.ScriptModule:
    data = io.BytesIO(read_weights(manifest))
    try:
        with warnings.catch_warnings():
            # PyTorch advises torch.export over TorchScript; operators' existing files are still supported.
            warnings.filterwarnings("ignore", message=r".*torch\.jit\.load.*", category=DeprecationWarning)
            load = torch.jit.load
            module: torch.jit.ScriptModule = load(data, map_location=device)  # type: ignore[no-untyped-call]
        if manifest.precision is not None:
            module.to(DTYPES[manifest.precision])
        if manifest.memory_format == "channels_last":
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # real, untyped  # type: ignore[call-overload]  # in PyTorch, not in its types
    except Exception as error:  # a broken archive raises RuntimeError, ValueError and others
        raise torchscript_unloadable(manifest, error) from error
    return module.eval()
