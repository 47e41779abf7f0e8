"""`certify rescore` reads other programs' tables, and says which bounds their counts allow."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from certificates import FIRST_ORDER, Bounds, Evidence, HitCounts
from tests.certify_client.conftest import Certify
from tests.support.places import ROOT
from tests.support.result_lines import lines

DATA = ROOT / "tests" / "certificates" / "data"


def one_setting(name: str, tmp_path: Path) -> tuple[Path, list[dict[str, str]], tuple[str, ...]]:
    """Write the published rows of one data set, sigma and N as a log of the seed paper's scripts."""
    with (DATA / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    first = rows[0]
    chosen = [row for row in rows if all(row[name] == first[name] for name in ("dataset", "sigma", "N"))]
    path = tmp_path / f"{name}.tsv"
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, [*chosen[0], "label", "predict"], delimiter="\t")
        table.writeheader()
        table.writerows({**row, "label": "3", "predict": "3"} for row in chosen)
    return path, chosen, ("--sigma", first["sigma"], "--n", first["N"])


@pytest.mark.parametrize("name", ["first_order", "second_order", "dipole"])
def test_the_papers_bounds_give_the_printed_radii(command: Certify, tmp_path: Path, name: str) -> None:
    path, published, setting = one_setting(name, tmp_path)
    out = tmp_path / "out.tsv"
    ended = command("rescore", path, *setting, "--bounds", "paper", "--out", out)
    assert ended.returncode == 0, ended.stderr
    for row, line in zip(published, lines(out), strict=True):
        assert float(line["radius"]) == pytest.approx(float(row["radius"]), rel=6e-3, abs=1e-6)
        certified = float(row["radius"]) > 0
        assert (line["predict"], line["correct"]) == (("3", "1") if certified else ("-1", "0"))


@pytest.mark.parametrize("name", ["second_order", "dipole"])
def test_tight_bounds_that_the_counts_do_not_support(command: Certify, tmp_path: Path, name: str) -> None:
    path, _, setting = one_setting(name, tmp_path)
    ended = command("rescore", path, *setting)
    assert ended.returncode == 2
    assert "ask for --bounds paper" in " ".join(ended.stderr.split())


def test_votes_by_class(command: Certify, tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("idx,label,predict,count_0,count_1,count_2\n0,1,1,3,95,2\n20,0,1,40,45,15\n")
    out = tmp_path / "out.tsv"
    assert command("rescore", path, "--sigma", "0.5", "--n", "100", "--out", out).returncode == 0
    expected = FIRST_ORDER.certify(
        Evidence(hits=HitCounts(100, 1, (3, 95, 2))), 0.5, 0.001, Bounds.TIGHT
    ).radius
    first, second = lines(out)
    assert 0 <= expected - float(first["radius"]) < 1e-6
    assert (second["idx"], second["predict"], second["radius"], second["correct"]) == (
        "20",
        "-1",
        "0.000000",
        "0",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("idx\tlabel\tpredict\tradius\tcorrect\ttime\n0\t1\t1\t0.5\t1\t0:00:01\n", "holds no counts"),
        ("idx,predict,count_0,count_1\n0,1,3,5\n", "add up to 8"),
        ("idx,predict,count_0,count_1\n0,2,50,50\n", "predict must be"),
        ("idx,raw_count\n0,101\n", "line 2"),
        ("idx,raw_count\n0,many\n", "line 2"),
        ("idx,raw_count\n", "has no line"),
        ("", "is empty"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_rescored(command: Certify, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "table"
    path.write_text(text)
    ended = command("rescore", path, "--sigma", "0.5", "--n", "100")
    assert ended.returncode == 2, ended.stdout
    assert told in " ".join(ended.stderr.split())
