"""`certify verify` checks a whole run, and finds what was changed in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from certify_client import CertificationClient
from certify_client.bounded_files import UnusableFile
from certify_client.input_files import TensorFile
from certify_client.run_verification import is_evidence, verify_run
from tests.certify_client.conftest import Certify
from tests.support.wait import wait_until

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def archive(service_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of a run of three points, one of them with a wrong label."""
    with CertificationClient(service_url) as client:
        asked = {"model": "half-space", "sigma": 0.5, "n": 1000, "certifier": "second_order", "seed": 3}
        run = client.runs.begin("points", asked, radii=[0.2])
        for key, label, x in (("a", 1, 0.5), ("b", 1, 0.9), ("c", 0, 0.7)):
            client.runs.add(run.id, key, label, TensorFile(np.array([x, x])))
        wait_until(lambda: client.runs.get(run.id).rows.succeeded == 3, "three rows")
        path = tmp_path_factory.mktemp("evidence") / "run.zip"
        path.write_bytes(httpx.get(f"{service_url}/v1/runs/{run.id}/evidence").content)
    return path


@pytest.fixture
def changed(archive: Path, tmp_path: Path) -> Callable[[str, Callable[[Any], None]], Path]:
    """Write the archive again with one JSON file changed."""

    def change(name: str, how: Callable[[Any], None]) -> Path:
        with zipfile.ZipFile(archive) as old:
            files = {each: old.read(each) for each in old.namelist()}
        data = [json.loads(line) for line in files[name].splitlines()]
        how(data if name == "rows.jsonl" else data[0])
        files[name] = "\n".join(map(json.dumps, data)).encode()
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(path, "w") as new:
            for each, content in files.items():
                new.writestr(each, content)
        return path

    return change


def test_a_run_as_the_service_gave_it(command: Certify, archive: Path) -> None:
    ended = command("verify", archive)
    assert ended.returncode == 0, ended.stdout
    assert "All 3 certificates hold" in ended.stdout


def _larger(row: Any) -> None:
    row["certificate"]["radius"] += 0.01


def _other_n(row: Any) -> None:
    row["request"]["n"] = 2000


@pytest.mark.parametrize(
    ("name", "how", "told"),
    [
        ("rows/000001.json", _larger, "row 1"),
        ("rows/000002.json", _other_n, "n is 2000"),
        ("rows/000003.json", lambda row: row["request"].update(seed="1"), "seed does not follow"),
        ("rows/000003.json", lambda row: row.update(certificate=None), "row 3"),
        ("rows.jsonl", lambda rows: rows[0].update(radius=0.9), "differ from those in the table"),
        ("rows.jsonl", lambda rows: rows[2].update(correct=True), "correct is True"),
        ("rows.jsonl", lambda rows: rows[0].update(key="z"), "seed does not follow"),
        ("run.json", lambda run: run["summary"]["smoothed"].update(rows=3), "the run says 3 of 3"),
        ("run.json", lambda run: run["summary"]["certified"][0].update(rows=0), "the run says 0 of 3"),
        (
            "run.json",
            lambda run: run["summary"].update(average_certified_radius=1.0),
            "average certified radius",
        ),
        ("run.json", lambda run: run["summary"].update(mean_radius=1.0), "mean radius"),
        ("run.json", lambda run: run["summary"]["smoothed"].update(share=0.99), "the share of 2 of 3 rows"),
        ("run.json", lambda run: run["summary"]["any_class"].update(low=0.9), "the low of 3 of 3 rows"),
        ("run.json", lambda run: run["summary"]["certified"][0].update(radius=0.1), "not at the radii"),
        ("run.json", lambda run: run["summary"].update(false_certificates=0.001), "not 0.003"),
        ("rows.jsonl", lambda rows: rows[2].update(status=None), "1 rows of its table have not ended"),
        ("run.json", lambda run: run["summary"]["any_class"].update(rows=0), "the run says 0 of 3"),
        ("run.json", lambda run: run["request"].update(sigma=0.25), "sigma is 0.5"),
        ("run.json", lambda run: run["request"].update(k=1), "k is None, the run's is 1"),
        ("rows.jsonl", lambda rows: rows.pop(), "the run has 3 rows, its table only 2"),
        ("rows.jsonl", lambda rows: rows.__setitem__(2, rows[1]), "2 rows of the table have the key"),
        ("rows.jsonl", lambda rows: rows[2].update(status="failed"), "its certification is 'succeeded'"),
        ("rows.jsonl", lambda rows: rows[2].update(clean=0), "the class without noise is 0"),
        ("run.json", lambda run: run["summary"]["clean"].update(rows=3), "the run says 3 of 3"),
        ("run.json", lambda run: run["rows"].update(failed=1), "1 rows failed, its table 0"),
    ],
)
def test_a_change_is_found(
    changed: Callable[[str, Callable[[Any], None]], Path], name: str, how: Callable[[Any], None], told: str
) -> None:
    verdict = verify_run(changed(name, how))
    assert not verdict.holds
    assert any(told in fault for fault in verdict.faults), verdict.faults


def test_a_row_of_an_unknown_status_is_found(
    changed: Callable[[str, Callable[[Any], None]], Path],
) -> None:
    """It would be left out of all sums: in the table, in its own file, and in what the run says."""
    path = changed("rows.jsonl", lambda rows: rows[2].update(status="lost"))
    with zipfile.ZipFile(path) as old:
        files = {each: old.read(each) for each in old.namelist()}
    document, run = json.loads(files["rows/000003.json"]), json.loads(files["run.json"])
    document["status"], run["rows"]["succeeded"] = "lost", 2
    files |= {"rows/000003.json": json.dumps(document).encode(), "run.json": json.dumps(run).encode()}
    with zipfile.ZipFile(path, "w") as new:
        for each, content in files.items():
            new.writestr(each, content)
    assert any("1 rows of its table have not ended" in fault for fault in verify_run(path).faults)


def test_sums_that_were_not_compared_are_not_said_to_hold(
    changed: Callable[[str, Callable[[Any], None]], Path], command: Certify
) -> None:
    ended = command("verify", changed("run.json", lambda run: run["rows"].update(running=1)))
    assert ended.returncode == 0, ended.stdout
    assert "sums were not compared" in " ".join(ended.stdout.split())


def test_what_is_no_evidence(tmp_path: Path, command: Certify) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("x", "y")
    assert not is_evidence(path)
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("run.json", "{}")
        made.writestr("rows.jsonl", "{}\n")
    with pytest.raises(UnusableFile, match="no archive of a run"):
        verify_run(path)
    assert command("verify", path).returncode == 2
