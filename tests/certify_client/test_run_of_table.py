"""A second client feeds the run that another began, if it asks for the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from certify_client import CertificationClient
from certify_client.run_notes import note_path
from tests.certify_client.conftest import Certify
from tests.support.result_lines import lines

FAST = ("--model", "mnist", "--sigma", "0.25", "--n", "500", "--n0", "20", "--radius", "0.1")


@pytest.fixture
def digits(tmp_path: Path, repository: Path) -> Path:
    folder = tmp_path / "digits"
    folder.mkdir()
    for digit in range(4):
        shutil.copy(repository / "examples" / f"digit-{digit}.png", folder)
    return folder


@pytest.fixture
def run_id(certify: Certify, digits: Path, tmp_path: Path) -> str:
    """A run to which one command has given every second row."""
    out = tmp_path / "first.tsv"
    assert certify("dataset", digits, *FAST, "--seed", "3", "--every", "2", "--out", out).returncode == 0
    found: str = json.loads(note_path(out).read_text())["run"]
    return found


def test_a_second_client_gives_the_rest(
    certify: Certify, client: CertificationClient, digits: Path, tmp_path: Path, run_id: str
) -> None:
    out = tmp_path / "second.tsv"
    ended = certify("dataset", digits, *FAST, "--run", run_id, "--out", out)
    assert ended.returncode == 0, ended.stderr
    assert f"run {run_id} of digits" in ended.stderr
    assert client.runs.get(run_id).rows.total == 4
    radii = {row["key"]: row["radius"] for row in lines(out)}
    assert len(radii) == 4
    assert {row["key"]: row["radius"] for row in lines(tmp_path / "first.tsv")}.items() <= radii.items()
    again = certify("dataset", digits, *FAST, "--out", out)
    assert f"run {run_id} goes on" in again.stderr, "the note is of the joined run"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--seed", "4"), "has seed 3, not 4"),
        (("--certifier", "first_order"), "not first_order"),
        (("--decide-at", "0.1"), "has stop None"),
        (("--radius", "0.2"), "has the radii [0.1]"),
    ],
    ids=["seed", "certifier", "stop", "radius"],
)
def test_other_parameters_are_refused(
    certify: Certify, client: CertificationClient, digits: Path, run_id: str, more: tuple[str, ...], told: str
) -> None:
    ended = certify("dataset", digits, *FAST, "--run", run_id, *more)
    assert ended.returncode == 2
    assert told in " ".join(ended.stderr.split())
    assert client.runs.get(run_id).rows.total == 2


def test_a_table_of_another_run_is_left_alone(
    certify: Certify, digits: Path, tmp_path: Path, run_id: str
) -> None:
    out = tmp_path / "other.tsv"
    assert certify("dataset", digits, *FAST, "--max", "1", "--out", out).returncode == 0
    table = out.read_text()
    ended = certify("dataset", digits, *FAST, "--run", run_id, "--out", out)
    assert ended.returncode == 2
    assert "belongs to run" in " ".join(ended.stderr.split())
    assert out.read_text() == table


def test_a_run_that_is_not_there(certify: Certify, digits: Path) -> None:
    ended = certify("dataset", digits, *FAST, "--run", "1p1q005PfQvXS4nabSirCQ")
    assert ended.returncode == 2
    assert "run" in ended.stderr
