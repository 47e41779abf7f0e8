"""A script that returns the same memory each time is tried like any other: earlier scores are kept apart."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from tests.support.mixing_trials import refusal, script, tried

ROWS = 8


class Kept(nn.Module):
    """Writes its scores to memory of its own, which it returns; ``mixes``: they depend on the other rows."""

    def __init__(self, *, mixes: bool) -> None:
        super().__init__()
        self.mixes = mixes
        self.kept = nn.Parameter(torch.zeros(ROWS, 3), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        scores = x.flatten(1)[:, :3]
        if self.mixes:
            scores = scores - scores.mean(0)
        self.kept.copy_(scores)
        return self.kept


def test_it_is_refused_if_it_mixes_rows(tmp_path: Path) -> None:
    assert refusal(script(tmp_path, Kept(mixes=True), ROWS)).failure_type == "classifier_mixes_rows"


def test_it_is_accepted_if_it_is_one_function(tmp_path: Path) -> None:
    runtime = tried(script(tmp_path, Kept(mixes=False), ROWS)).runtime
    assert runtime.computation.row_scores == "bit-equal"
