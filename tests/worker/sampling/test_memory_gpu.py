"""On an NVIDIA GPU: a pass that does not fit into its memory is halved, and the counts stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from certificates import DIPOLE
from certificates.counts.evidence import Evidence
from registry import Registry
from scripts.export import torchscript_bytes
from tests.support.model_folders import TENSOR, write_folder
from tests.support.specs import submission
from tests.support.wide_models import Wide
from worker.loading import LoadedModel, ModelCache
from worker.sampling.block_size import block_size_for
from worker.sampling.sampler import SampleRequest, sample

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU and CUDA builds"),
]
X = np.array([0.5, 0.25, 0.0], np.float32)
SHORT = 2**30
"""Bytes: enough for some rows, not for 8192 of 192 KiB in two layers."""


@contextmanager
def short_of_memory() -> Iterator[None]:
    """Give PyTorch little of the GPU's memory."""
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(SHORT / total)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


def loaded(root: Path) -> LoadedModel:
    registry = Registry(root)
    spec = submission(X, model="wide", model_sha256=registry.get("wide").sha256).spec
    return ModelCache(registry, "cuda", 1).for_spec(spec)


def counted(model: LoadedModel) -> Evidence:
    block = block_size_for(model.manifest, "cuda")
    request = SampleRequest(DIPOLE, 1, 0.5, 1, 0, 3 * block, block)
    return sample(model.runtime, X, request, lambda _: None)


def test_a_pass_is_halved_until_it_fits_on_the_gpu(tmp_path: Path) -> None:
    data = torchscript_bytes(Wide())
    write_folder(tmp_path, "wide", data, fields={"runtime": "torchscript"}, input_table=TENSOR)
    whole = loaded(tmp_path)
    assert whole.runtime.rows == 8192
    undisturbed = counted(whole)
    with short_of_memory():
        halved = loaded(tmp_path)
        assert halved.runtime.rows in (256, 512, 1024, 2048, 4096)
        assert counted(halved) == undisturbed
