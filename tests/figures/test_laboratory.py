"""A figure's radii come from runs through the service, and a run that is there is not made again."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds
from figures import laboratory
from figures.laboratory import Laboratory, Setting
from figures.test_sets import MODELS

SETTING = Setting("swiss-roll", 6, "swiss-roll", 0.05, 2000)


@pytest.mark.timeout(240)
def test_the_radii_of_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MODELS / "swiss-roll", tmp_path / "models" / "swiss-roll")
    monkeypatch.setattr(laboratory, "MODELS", tmp_path / "models")  # a worker imports what its models need
    with Laboratory(tmp_path) as begun:
        first = begun.radii(SETTING, FIRST_ORDER, Bounds.TIGHT)
        second = begun.radii(SETTING, SECOND_ORDER, Bounds.TIGHT)
        paper, tight = (begun.radii(SETTING, DIPOLE, bounds) for bounds in (Bounds.PAPER, Bounds.TIGHT))
    assert first.shape == second.shape == (6,)
    assert (first > 0.0).any()
    assert (paper <= tight).all()
    assert (paper < tight).any()
    table = tmp_path / SETTING.table_name(SECOND_ORDER, Bounds.TIGHT)
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    printed = [float(row["radius"]) * int(row["correct"]) for row in rows]
    assert np.array_equal(second, printed)
    with Laboratory(tmp_path) as again:
        assert np.array_equal(again.radii(SETTING, FIRST_ORDER, Bounds.TIGHT), first)
    assert len(list(tmp_path.glob("*.tsv"))) == 3
