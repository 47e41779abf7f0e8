"""TorchScript on CPU and CUDA: a supported input format; ONNX is the recommended one."""

from __future__ import annotations

import io
import warnings
from typing import Final

import torch

from jobs.plan import Computation, Device
from registry import ModelManifest
from registry.manifest import MemoryFormat, Precision, read_weights
from worker.runtimes.load_refusals import torchscript_unloadable, trial_failed
from worker.runtimes.runtime import PassByPass, require, stated_precision
from worker.runtimes.runtime_errors import ModelOutputError, RuntimeLoadError, failed_on_batch
from worker.runtimes.scores import Normaliser, check_scores, trial_batch, votes_of

DTYPES: Final[dict[Precision, torch.dtype]] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
LAYOUTS: Final[dict[MemoryFormat, torch.memory_format]] = {
    "contiguous": torch.contiguous_format,
    "channels_last": torch.channels_last,
}


class TorchScriptRuntime(PassByPass):
    """A base classifier in TorchScript. See :class:`worker.runtimes.runtime.Runtime`.

    The process has set PyTorch's number of threads to ``threads``. The script runs without the optimising
    executor, which rewrites a graph after its first calls, because the function must not change within a job.
    On CUDA, cuDNN is set to deterministic algorithms without trials, and TF32 is off, for the whole process.
    """

    def __init__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> None:
        require(self.lacks(device), device)
        if device == "cuda":
            _prepare_cuda()
        self.device = torch.device(device)
        self.classes = len(manifest.labels)
        self._normalise = Normaliser(manifest, self.device)
        self._module = _load(manifest, self.device)
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
        self.rows: int | None = rows
        self._try(manifest, rows)

    @staticmethod
    def lacks(device: Device) -> str | None:
        """See Loader."""
        return "PyTorch sees no GPU" if device == "cuda" and not torch.cuda.is_available() else None

    def votes(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the class of every row; see the protocol."""
        return votes_of(self.scores(batch))

    def scores(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the scores of every row; see the protocol."""
        try:
            scores = self._scores(batch)
        except Exception as error:  # a script may raise anything
            if self.device.type == "cuda":
                raise
            raise failed_on_batch(error) from error
        if scores.shape != (len(batch), self.classes):
            raise ModelOutputError(
                f"{len(batch)} inputs gave scores of shape {tuple(scores.shape)}: not one row an input, one "
                "score a label, as the trial batch had"
            )
        return scores

    def _scores(self, batch: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]  # public, not in __all__
            inputs = self._normalise(batch).to(self._dtype).contiguous(memory_format=self._layout)
            scores: torch.Tensor = self._module(inputs)
            return scores

    def _try(self, manifest: ModelManifest, rows: int) -> None:
        batch = trial_batch(manifest, rows).to(self.device)
        try:
            scores = self._scores(batch)
        except Exception as error:  # a script may raise anything
            raise trial_failed(manifest, rows, error) from error
        if not isinstance(scores, torch.Tensor):
            raise RuntimeLoadError(
                f"model {manifest.name!r}: its output must be one tensor, the class scores"
            )
        check_scores(manifest, tuple(scores.shape), rows, floating=scores.is_floating_point())
        votes_of(scores)


def _prepare_cuda() -> None:
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False


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
