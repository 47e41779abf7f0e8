"""A script that normalises its input in place is one function like any other: the caller's rows stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from certificates import FIRST_ORDER, Noise
from tests.support.mixing_trials import script
from worker.fixed_function.place_rounding import UpToRounding
from worker.fixed_function.reference import Reference
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.sampler import SampleRequest, sample

ROWS = 8
X = np.full((1, 4, 4), 0.5, np.float32)


class Steps(nn.Module):
    """Scores of few bits, so that many rows tie, of the normalised input; rounded after the first place."""

    def __init__(self, *, in_place: bool) -> None:
        super().__init__()
        self.in_place = in_place

    def forward(self, x: Tensor) -> Tensor:
        normalised = x.sub_(0.25).mul_(3.0) if self.in_place else (x - 0.25) * 3.0
        late = (torch.arange(len(x)) > 0).to(x.dtype).unsqueeze(1)
        exact = 1.0 + (normalised.flatten(1)[:, :3] * 1024).floor() * 2.0**-22
        return exact + late * torch.tensor([0.0, 4 * 2.0**-23, 0.0])


def reference(root: Path, *, in_place: bool) -> Reference:
    manifest = script(root, Steps(in_place=in_place), ROWS)
    return Reference(manifest, load_runtime(manifest, "cpu", 1), ROWS)


def test_the_batch_is_not_changed(tmp_path: Path) -> None:
    runtime = reference(tmp_path, in_place=True).runtime
    batch = np.repeat(X[np.newaxis], ROWS, axis=0)
    first = runtime.votes(batch)
    assert (batch == X).all()
    assert (runtime.votes(batch) == first).all()


def test_near_ties_are_decided_by_the_scores_of_the_same_row(tmp_path: Path) -> None:
    request = SampleRequest(FIRST_ORDER, 0, 0.05, 1, 0, 2_000, ROWS)
    counted = []
    for in_place in (True, False):
        (folder := tmp_path / str(in_place)).mkdir()
        runtime = reference(folder, in_place=in_place).runtime
        assert isinstance(runtime, UpToRounding)
        counted.append(sample(runtime, X, request, lambda _: None))
    assert counted[0] == counted[1]


def test_it_passes_its_trials_again_and_again(tmp_path: Path) -> None:
    tried = reference(tmp_path, in_place=True)
    for turns in (range(0), range(2), range(0)):
        tried.check(X, 0.05, 1, Noise.GAUSSIAN, turns)
