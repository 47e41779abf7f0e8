"""TorchScript on a GPU."""

from __future__ import annotations

import torch

from jobs.plan import Device
from registry import ModelManifest
from worker.gpu_memory import GpuMemory
from worker.runtimes.gpu_scores import GpuNormaliser, gpu_votes_of, no_gpu
from worker.runtimes.runtime import PassByPass, require
from worker.runtimes.torchscript_files import Script
from worker.runtimes.trial_batch import check_scores, trial_batch


class TorchScriptOnGpu(PassByPass):
    """A base classifier in TorchScript. See :class:`worker.runtimes.runtime.Runtime`.

    For the whole process cuDNN is set to deterministic algorithms without trials, and TF32 is off.
    """

    def __init__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> None:
        require(no_gpu(), device)
        prepare_cuda()
        self.memory = GpuMemory()
        self.classes = len(manifest.labels)
        self._normalise = GpuNormaliser(manifest)
        self._script = Script(manifest, device, threads, rows)
        self.computation = self._script.computation
        self.rows: int | None = rows
        batch = self.memory.placed(trial_batch(manifest, rows))
        shape, floating = self._script.trial(manifest, self._normalise(batch))
        check_scores(manifest, shape, rows, floating=floating)
        self.votes(batch)

    def votes(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the class of every row; see the protocol."""
        return gpu_votes_of(self.scores(batch))

    def scores(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the scores of every row; see the protocol."""
        return self._script(self._normalise(batch))


def prepare_cuda() -> None:
    """Set cuDNN to deterministic algorithms without trials, and TF32 off, for the whole process."""
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
