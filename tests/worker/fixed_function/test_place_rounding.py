"""Scores that differ between places of a batch by rounding: votes are those of one function all the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from certificates import CERTIFIERS, Certifier, Decision
from tests.support.mixing_trials import refusal, script, tried
from worker.fixed_function.place_rounding import MARGIN, Tolerance, UpToRounding
from worker.fixed_function.reference import Reference
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.sampler import SampleRequest, sample, select_class

ULP = 2.0**-23
ROWS = 8


class Steps(nn.Module):
    """Three scores between 1 and 2 of few bits, so that many rows tie or nearly do."""

    def exact(self, x: Tensor) -> Tensor:
        return 1.0 + (x.flatten(1)[:, :3] * 1024).floor() * 2.0**-22

    def forward(self, x: Tensor) -> Tensor:
        return self.exact(x)


class Rounded(Steps):
    """The same, but that after the first place the second score is so many last bits larger."""

    def __init__(self, bits: float) -> None:
        super().__init__()
        self.bits = bits

    def forward(self, x: Tensor) -> Tensor:
        late = (torch.arange(len(x)) > 0).to(x.dtype).unsqueeze(1)
        return self.exact(x) + late * torch.tensor([0.0, self.bits * 2.0**-23, 0.0])


def rounded(root: Path, bits: float) -> Reference:
    return tried(script(root, Rounded(bits), ROWS))


def test_rounding_between_places_is_accepted_and_stated(tmp_path: Path) -> None:
    assert rounded(tmp_path, 4).runtime.computation.row_scores == "equal up to rounding"


def test_equal_bits_are_stated_and_cost_nothing(tmp_path: Path) -> None:
    manifest = script(tmp_path, Steps(), ROWS)
    runtime = load_runtime(manifest, "cpu", 1)
    reference = Reference(manifest, runtime, ROWS)
    assert reference.runtime is runtime
    assert runtime.computation.row_scores == "bit-equal"


def test_more_than_rounding_is_refused(tmp_path: Path) -> None:
    refused = refusal(script(tmp_path, Rounded(64), ROWS))
    assert refused.failure_type == "classifier_mixes_rows"
    assert "at other places of the batch" in refused.detail


def test_a_near_tie_is_the_vote_of_the_first_place(tmp_path: Path) -> None:
    steps = np.arange(-ROWS // 2, ROWS // 2)
    x = np.zeros((ROWS, 1, 4, 4), np.float32)
    x[:, 0, 0, 0], x[:, 0, 0, 1] = 0.5, 0.5 + steps / 1024  # 2 last bits of a score apart, or a multiple
    reference = rounded(tmp_path, 4)
    runtime = reference.runtime
    assert isinstance(runtime, UpToRounding)
    expected = (steps > 0).astype(np.int64)
    assert np.array_equal(runtime.votes(x), expected)
    assert not np.array_equal(runtime.scores(x).argmax(1), expected), (
        "as they were computed, some were turned"
    )


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
@pytest.mark.parametrize("decision", list(Decision))
def test_all_counts_are_those_of_the_function_without_rounding(
    tmp_path: Path, certifier: Certifier, decision: Decision
) -> None:
    exact = tried(script(tmp_path / "exact", Steps(), ROWS)).runtime
    near = rounded(tmp_path / "near", 4).runtime
    x = np.full((1, 4, 4), 0.5, np.float32)
    request = SampleRequest(certifier, 1, 0.01, 3, 0, 400, 16, decision=decision)
    found = [sample(runtime, x, request, lambda _: None) for runtime in (exact, near)]
    assert found[0] == found[1]
    assert select_class(exact, x, 0.01, 100, 3, 16) == select_class(near, x, 0.01, 100, 3, 16)


def test_no_difference_within_the_tolerance_turns_a_vote_that_is_no_near_tie() -> None:
    """The worst case: the largest score falls and all others rise by the whole of it."""
    generator = np.random.default_rng(1)
    tolerance = Tolerance(16 * ULP, 0.5)
    scores = 1.0 + generator.standard_normal((20_000, 10)) * 1e-4
    moved = MARGIN * tolerance.accepted(scores)
    largest = np.eye(10)[scores.argmax(1)]
    worst = scores + moved[:, None] * (1 - 2 * largest)
    near = tolerance.near_ties(scores)
    turned = worst.argmax(1) != scores.argmax(1)
    assert 0.05 < float(near.mean()) < 0.95
    assert int((turned & ~near).sum()) == 0
    assert int((turned & near).sum()) > 0


def test_scores_without_a_finite_gap_are_near_ties() -> None:
    inf = float("inf")
    scores = np.array([[inf, inf, 0.0], [-inf, -inf, -inf], [inf, 1.0, 0.0], [-inf, 2.0, 1.0]])
    assert Tolerance(16 * ULP, 1.0).near_ties(scores).tolist() == [True, True, False, False]
