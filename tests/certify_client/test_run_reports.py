"""A run beside another table: what is told, and what is drawn."""

from __future__ import annotations

import csv
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from certificates.reports.paired_radii import compare_radii
from certify_client.bounded_files import UnusableFile
from certify_client.table_reading import read_table
from tests.certify_client.conftest import Certify

FAST = ("--model", "mnist", "--sigma", "0.25", "--n", "500", "--n0", "20", "--seed", "7")


@pytest.fixture
def digits(tmp_path: Path, repository: Path) -> Path:
    """Three digits, in one folder a class."""
    for digit in (1, 4, 7):
        (tmp_path / "digits" / str(digit)).mkdir(parents=True)
        shutil.copy(repository / "examples" / f"digit-{digit}.png", tmp_path / "digits" / str(digit))
    return tmp_path / "digits"


def test_a_comparison_and_its_picture(
    command: Certify, service_url: str, digits: Path, tmp_path: Path
) -> None:
    before, now, plot = tmp_path / "before.tsv", tmp_path / "now.tsv", tmp_path / "both.svg"
    asked = ("dataset", digits, *FAST, "--url", service_url)
    assert command(*asked, "--certifier", "first_order", "--out", before).returncode == 0
    more = ("--certifier", "dipole", "--out", now, "--compare", before, "--plot", plot)
    ended = command(*asked, *more)
    assert ended.returncode == 0, ended.stderr
    radii = []
    for path in (before, now):
        with path.open(newline="") as file:
            radii.append({row["key"]: float(row["radius"]) for row in csv.DictReader(file, delimiter="\t")})
    gain = sum(radii[1][key] / radii[0][key] - 1.0 for key in radii[0]) / 3
    words = " ".join(ended.stdout.split())
    assert "rows in before.tsv too 3: 3 certified in both" in words
    told = next(word for word in words.partition("mean gain ")[2].split())
    assert float(told.rstrip("%")) == pytest.approx(100 * gain, abs=0.02)
    assert "losing more than 1 %" in words
    assert words.partition("losing more")[2].count("% to ") == 9
    drawn = ET.fromstring(plot.read_bytes())  # noqa: S314 - written by this command
    kinds = [element.tag.rpartition("}")[2] for element in drawn.iter()]
    assert (kinds.count("polyline"), kinds.count("polygon")) == (2, 2)


def test_a_picture_needs_no_table(command: Certify, service_url: str, digits: Path, tmp_path: Path) -> None:
    ended = command("dataset", digits, *FAST, "--plot", tmp_path / "a.svg", "--url", service_url)
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "a.svg").read_bytes().count(b"<polyline") == 1
    assert "mean gain" not in ended.stdout


def test_tables_of_other_programs_are_compared_by_index(tmp_path: Path) -> None:
    field, own = tmp_path / "field.tsv", tmp_path / "own.tsv"
    field.write_text(
        "idx\tlabel\tpredict\tradius\tcorrect\ttime\n0\t7\t7\t0.5\t1\t0:00:01\n20\t2\t-1\t0.0\t0\t0:0\n"
    )
    own.write_text(
        "idx\tlabel\tpredict\tradius\tcorrect\ttime\tkey\tnote\n"
        "0\t7\t7\t0.6\t1\t0:00:01\ta\t\n20\t2\t1\t0.3\t0\t0:0\tb\t\n40\t2\t-1\t0\t0\t0:0\tc\tis empty\n"
    )
    before, now = read_table(field), read_table(own)
    assert now.correct == (0.6,)
    assert (before.labelled, now.labelled) == (2, 2)
    told = compare_radii(*before.beside(now))
    assert (told.rows, told.both, told.only_second) == (2, 1, 1)
    assert told.mean_change == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a\tb\n1\t2\n", "no column idx"),
        ("idx\tlabel\tpredict\tradius\n0\t1\t1\tlarge\n", "line 2"),
        ("idx\tlabel\tpredict\tradius\n0\t1\t1\tinf\n", "line 2"),
        ("idx\tlabel\tpredict\tradius\n0\n", "line 2"),
    ],
)
def test_tables_that_are_none(tmp_path: Path, text: str, match: str) -> None:
    (tmp_path / "a.tsv").write_text(text)
    with pytest.raises(UnusableFile, match=match):
        read_table(tmp_path / "a.tsv")
