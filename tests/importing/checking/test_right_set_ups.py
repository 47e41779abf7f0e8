"""A model that is set up rightly is called right, unless there are too few pictures to tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from importing import ImportRefused
from importing.checking.set_up_check import Verdict, check_model
from registry import Registry
from tests.support.digit_pictures import ROOT, write_digits

REGISTRY = Registry(ROOT / "models")


@pytest.mark.parametrize("name", ["mnist", "mnist-plain", "mnist-torchscript"])
def test_the_models_of_digits(digits: Path, name: str) -> None:
    checked = check_model(REGISTRY.get(name), digits, sigmas=(0.0, 0.25))
    assert (checked.verdict, checked.better) == (Verdict.RIGHT, ())
    assert checked.clean == checked.noisy[0][1] == 1.0
    assert 0.5 < checked.noisy[1][1] <= 1.0


def test_noise_makes_the_untrained_worse(digits: Path) -> None:
    trained, plain = (
        check_model(REGISTRY.get(name), digits, (0.5,)).noisy for name in ("mnist", "mnist-plain")
    )
    assert trained[0][1] > plain[0][1]


def test_too_few_pictures(tmp_path: Path) -> None:
    folder = write_digits(tmp_path / "few", moves=0)
    for digit in range(5):
        (folder / str(digit) / "0.png").unlink()
    checked = check_model(REGISTRY.get("mnist"), folder, sigmas=())
    assert checked.verdict is Verdict.TOO_FEW
    assert checked.needed > 5


def test_pictures_beyond_the_most_are_left_out_evenly(digits: Path) -> None:
    checked = check_model(REGISTRY.get("mnist"), digits, sigmas=(), most=45)
    counted = np.bincount([entry.target for entry in checked.pictures.entries], minlength=10)
    assert counted.sum() == 45
    assert set(counted) <= {4, 5}


def test_models_of_tensors_are_refused(digits: Path) -> None:
    with pytest.raises(ImportRefused, match="takes tensors"):
        check_model(REGISTRY.get("swiss-roll"), digits)
