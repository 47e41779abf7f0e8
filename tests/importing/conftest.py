"""Pictures with known classes, to check models on."""

from __future__ import annotations

from pathlib import Path

import pytest

from importing import load_checks
from tests.support.digit_pictures import write_colours, write_digits


@pytest.fixture(autouse=True)
def measured_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure the speed of an imported model for a moment: no test asks how fast it is."""
    monkeypatch.setattr(load_checks, "MEASURED_S", 0.01)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_digits(tmp_path_factory.mktemp("pictures") / "digits")


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colours(tmp_path_factory.mktemp("pictures") / "colours")
