"""A model is tried on one picture: its clean answer, and some noisy ones, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from importing import ImportRefused
from importing.checking.trial import NOISY, TOP, try_picture
from importing.checking.trial_report import trial_in_words
from registry import Registry
from tests.support.digit_pictures import ROOT

REGISTRY = Registry(ROOT / "models")
FOUR = ROOT / "examples" / "digit-4.png"


def test_the_best_classes_come_first_as_shares() -> None:
    trial = try_picture(REGISTRY.get("mnist"), FOUR)
    shares = [share for _, share in trial.clean]
    assert trial.clean[0][0] == 4
    assert len(shares) == TOP
    assert shares == sorted(shares, reverse=True)
    assert 0.5 < sum(shares) <= 1.0 + 1e-9
    assert trial.softmax


def test_noise_is_that_of_the_training() -> None:
    trial = try_picture(REGISTRY.get("mnist"), FOUR)
    assert trial.sigma == 0.25
    assert sum(count for _, count in trial.noisy) == NOISY
    assert trial.noisy[0][0] == 4


def test_the_words_name_classes_and_conversions(tmp_path: Path) -> None:
    manifest = REGISTRY.get("mnist")
    picture = tmp_path / "wide.png"
    with Image.open(FOUR) as digit:
        digit.resize((56, 56)).save(picture)
    said = trial_in_words(manifest, try_picture(manifest, picture))
    assert "4 (class 4)" in said
    assert "noisy copies at sigma 0.25, which it was trained with" in said
    assert "picture: resized from 56x56 to 28x28" in said


def test_a_model_without_noise_is_tried_with_some_all_the_same() -> None:
    manifest = REGISTRY.get("mnist-plain")
    trial = try_picture(manifest, FOUR)
    assert trial.sigma == 0.25
    assert "though it was trained without noise" in trial_in_words(manifest, trial)
    assert "(softmax of the scores)" not in trial_in_words(manifest, replace(trial, softmax=False))


def test_what_the_gateway_would_refuse_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ImportRefused, match=r"text\.png .*not a readable image"):
        try_picture(REGISTRY.get("mnist"), tmp_path / "text.png")
    with pytest.raises(ImportRefused, match="takes tensors"):
        try_picture(REGISTRY.get("swiss-roll"), FOUR)
