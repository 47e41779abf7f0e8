"""A model that mixes the sides of antithetic pairs, and no other rows, is found in jobs that count pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from certificates import DIPOLE
from tests.support.mixing_trials import script, tried
from tests.support.specs import submission
from tests.support.stack import running_stack
from worker.fixed_function.reference import Reference
from worker.sampling.sampler import SampleRequest, sample

ROWS = 8
X = np.full((1, 4, 4), 0.5, np.float32)


class TogetherAlways(nn.Module):
    """A half-space that cuts the input in two; but rows whose pairs have one centre all get class 1."""

    def forward(self, x: Tensor) -> Tensor:
        score = (x.flatten(1) - 0.5).sum(1)
        centres = (x + x.roll(len(x) // 2, 0)).flatten(1) / 2
        together = (centres - centres[0]).abs().amax(1) < 1e-4
        noisy = centres.std() < 1e-4
        score = torch.where(together & noisy, torch.ones_like(score), score)
        return torch.stack((-score, score, torch.full_like(score, -100.0)), dim=1)


@pytest.fixture
def reference(tmp_path: Path) -> Reference:
    """The model passes its trial at load, and that of a job that counts single copies."""
    return tried(script(tmp_path, TogetherAlways(), ROWS))


def test_it_would_be_certified(reference: Reference) -> None:
    request = SampleRequest(DIPOLE, 1, 0.25, 1, 0, 800, ROWS)
    counted = sample(reference.runtime, X, request, lambda _: None).pairs
    assert counted is not None
    assert counted.both == counted.pairs, "the score of the class is one half, and that of no pair above"


def test_it_is_refused_in_a_job_that_counts_pairs(tmp_path: Path) -> None:
    digest = script(tmp_path / "models", TogetherAlways(), ROWS).sha256
    asked = submission(X, model="toy", model_sha256=digest, certifier=DIPOLE, sigma=0.25, n=800)
    with running_stack(tmp_path, tmp_path / "models", processes=1) as stack:
        job = stack.finished(stack.submit(asked))
    assert job.failure is not None
    assert job.failure.type == "classifier_mixes_rows"
    assert "as the job was counted" in job.failure.detail
