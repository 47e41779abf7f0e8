"""``certify dataset``: a test set becomes a table, whatever interrupts it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from certificates import FIRST_ORDER, Bounds, Claim, Evidence, HitCounts
from certify_client import CertificationClient
from certify_client.run_notes import note_path
from tests.certify_client.conftest import Certify
from tests.support.result_lines import lines

FAST = ("--model", "mnist", "--sigma", "0.25", "--n", "500", "--n0", "20", "--seed", "7")


@pytest.fixture
def digits(tmp_path: Path, repository: Path) -> Path:
    """Two of each of three digits, in one folder a class, and a file that is no image."""
    root = tmp_path / "digits"
    for digit in (1, 4, 7):
        (root / str(digit)).mkdir(parents=True)
        for name in "ab":
            shutil.copy(repository / "examples" / f"digit-{digit}.png", root / str(digit) / f"{name}.png")
    (root / "7" / "c.png").write_bytes(b"no image")
    (root / "7" / "d.png").write_bytes(b"")
    return root


def test_a_folder_becomes_a_table(
    command: Certify, service_url: str, client: CertificationClient, digits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.tsv"
    ended = command("dataset", digits, *FAST, "--radius", "0.1", "--out", out, "--url", service_url)
    assert ended.returncode == 0, ended.stderr
    table = lines(out)
    assert out.read_text().startswith("idx\tlabel\tpredict\tradius\tcorrect\ttime\t")
    assert [(row["idx"], row["label"], row["predict"]) for row in table] == [
        ("0", "1", "1"), ("1", "1", "1"), ("2", "4", "4"), ("3", "4", "4"),
        ("4", "7", "7"), ("5", "7", "7"), ("6", "-1", "-1"), ("7", "-1", "-1"),
    ]  # fmt: skip
    assert [row["correct"] for row in table] == ["1"] * 6 + ["0"] * 2
    assert "invalid" in table[6]["note"] or "image" in table[6]["note"]
    assert "is empty" in table[7]["note"]
    run = client.runs.get(json.loads(note_path(out).read_text())["run"])
    radii = {row.key: row.radius for row in client.runs.rows(run.id)}
    for row in table[:6]:
        exact = radii[row["key"]]
        assert exact is not None
        assert 0 <= exact - float(row["radius"]) < 1e-6
    assert "certified at radius 0.1" in ended.stdout
    assert "row 6 was not certified" in ended.stderr
    mean = sum(float(row["radius"]) for row in table[:6]) / 6
    assert run.summary.average_certified_radius == pytest.approx(mean, abs=2e-6)


def test_the_same_command_goes_on(
    command: Certify, service_url: str, client: CertificationClient, digits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.tsv"
    asked = ("dataset", digits, *FAST, "--out", out, "--url", service_url)
    first = command(*asked, "--max", "2")
    table = out.read_text()
    again = command(*asked)
    assert (first.returncode, again.returncode) == (0, 0), again.stderr
    assert out.read_text().startswith(table)
    assert len(lines(out)) == 8
    run_id = json.loads(note_path(out).read_text())["run"]
    assert f"run {run_id} goes on" in again.stderr
    assert client.runs.get(run_id).rows.total == 6


def test_other_parameters_do_not_get_into_the_same_table(
    command: Certify, service_url: str, digits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.tsv"
    asked = ("dataset", digits, *FAST, "--max", "1", "--url", service_url, "--out", out)
    assert command(*asked).returncode == 0
    table = out.read_text()
    refused = command(*asked, "--certifier", "dipole")
    assert refused.returncode == 2
    assert "belongs to a run of other parameters" in refused.stderr
    assert out.read_text() == table


def test_other_data_does_not_get_into_the_same_table(
    command: Certify, service_url: str, digits: Path, tmp_path: Path
) -> None:
    out, other = tmp_path / "results.tsv", tmp_path / "other"
    shutil.copytree(digits, other)
    shutil.copy(other / "4" / "a.png", other / "1" / "a.png")
    asked = (*FAST, "--max", "1", "--url", service_url, "--out", out)
    assert command("dataset", digits, *asked).returncode == 0
    table = out.read_text()
    refused = command("dataset", other, *asked)
    assert refused.returncode == 2
    assert "over another test set" in " ".join(refused.stderr.split())
    assert out.read_text() == table


def test_two_certifiers_share_one_set_of_samples(
    command: Certify, service_url: str, client: CertificationClient, digits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.tsv"
    ended = command(
        "dataset", digits, *FAST, "--max", "3", "--certifier", "second_order", "--also", "first_order",
        "--out", out, "--url", service_url,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "its own eta" in ended.stderr
    own, other = lines(out), lines(tmp_path / "results.first_order.tsv")
    assert list(own[0])[6:] == [
        "raw_count", "p_A_bar", "raw_grad_norm", "grad_norm_bound", "grad_norm_bound_nonvacuous",
        "key", "note",
    ]  # fmt: skip
    assert list(other[0])[6:] == ["raw_count", "p_A_bar", "key", "note"]
    run = client.runs.get(json.loads(note_path(out).read_text())["run"])
    assert run.summary.samples == 3 * 500
    for mine, its in zip(own, other, strict=True):
        assert mine["raw_count"] == its["raw_count"]
        votes = Evidence(hits=HitCounts(500, 0, (int(its["raw_count"]), 500 - int(its["raw_count"]))))
        expected = Claim(FIRST_ORDER, Bounds.TIGHT, sigma=0.25, eta=0.001, n=500, d=784).final(votes)
        assert 0 <= expected.radius - float(its["radius"]) < 1e-6
        assert float(its["p_A_bar"]) == expected.p_a.lower > float(mine["p_A_bar"])
        assert its["predict"] == mine["predict"]


@pytest.mark.parametrize(
    ("certifier", "also"),
    [("dipole", "first_order"), ("first_order", "second_order"), ("second_order", "dipole")],
)
def test_samples_that_cannot_be_shared(
    command: Certify, service_url: str, digits: Path, tmp_path: Path, certifier: str, also: str
) -> None:
    asked = ("--certifier", certifier, "--also", also, "--out", tmp_path / "a.tsv", "--url", service_url)
    ended = command("dataset", digits, *FAST, *asked)
    assert ended.returncode == 2
    assert "not part of those of" in " ".join(ended.stderr.split())


def test_dipole_tables_have_the_counts_of_pairs(
    command: Certify, service_url: str, digits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.tsv"
    asked = ("--max", "1", "--certifier", "dipole", "--out", out, "--url", service_url)
    assert command("dataset", digits, *FAST, *asked).returncode == 0
    (row,) = lines(out)
    counted = [int(row[f"raw_count_{side}"]) for side in ("symmetric", "asymmetric", "minus")]
    assert 200 < counted[0] <= sum(counted) <= 250


def test_deciding_takes_fewer_samples(
    command: Certify, service_url: str, digits: Path, tmp_path: Path
) -> None:
    ended = command(
        "dataset", digits, "--model", "mnist", "--sigma", "0.25", "--n", "20000", "--max", "2", "--json",
        "--decide-at", "0.1", "--url", service_url, "--out", tmp_path / "results.tsv",
    )  # fmt: skip
    run = json.loads(ended.stdout)
    assert run["request"]["stop"] == {"radius": 0.1, "give_up": True}
    assert run["summary"]["samples"] < run["summary"]["samples_asked"] / 2
    assert run["summary"]["certified"][0]["rows"] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--every", "0"), "every"),
        (("--labels", "missing.csv"), "missing.csv"),
        (("--n", "0"), "n:"),
        (("--certifier", "third_order"), "certifier"),
    ],
    ids=str,
)
def test_what_cannot_be(
    command: Certify, service_url: str, digits: Path, arguments: tuple[str, ...], told: str
) -> None:
    ended = command("dataset", digits, *FAST, *arguments, "--url", service_url)
    assert ended.returncode == 2
    assert told in ended.stderr


def test_a_file_that_is_no_test_set(command: Certify, service_url: str, repository: Path) -> None:
    ended = command("dataset", repository / "README.md", *FAST, "--url", service_url)
    assert ended.returncode == 2
    assert "no test set" in ended.stderr
