"""Pictures with known classes, to check models on, and the command ``certify-models``."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from importing import load_checks
from importing.certify_models_cli import main
from tests.support.digit_pictures import write_colours, write_digits
from tests.support.places import ROOT
from worker.runtimes.pass_rows import pass_rows_for


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


CertifyModels = Callable[..., Ended]


@pytest.fixture
def certify_models(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CertifyModels:
    """Run ``certify-models`` to its end, in this process, at the root of the checkout."""
    monkeypatch.chdir(ROOT)

    def run(*arguments: object) -> Ended:
        handler = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as left:
                main([str(argument) for argument in arguments])
        finally:
            signal.signal(signal.SIGTERM, handler)
        told = capfd.readouterr()
        assert isinstance(left.value.code, int)
        return Ended(left.value.code, told.out, told.err)

    return run


@pytest.fixture(autouse=True)
def measured_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure an imported model's speed for a moment, in blocks of one pass: no test asks how fast it is."""
    monkeypatch.setattr(load_checks, "MEASURED_S", 0.01)
    monkeypatch.setattr(load_checks, "block_size_for", pass_rows_for)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_digits(tmp_path_factory.mktemp("pictures") / "digits")


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colours(tmp_path_factory.mktemp("pictures") / "colours")
