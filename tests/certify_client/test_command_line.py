"""The ``certify`` command against a running service: what it prints, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certify_client import CertificationClient, State
from tests.certify_client.conftest import Certify


def test_certified(certify: Certify, digit: Path, tmp_path: Path) -> None:
    done = certify(digit, "--model", "mnist", "--certifier", "dipole", "--n", "2000", "--json")
    assert done.returncode == 0, done.stderr
    job = json.loads(done.stdout)
    certificate = job["certificate"]
    assert job["status"] == "succeeded"
    assert (certificate["certifier"], certificate["n"], certificate["sigma"]) == ("dipole", 2000, 0.25)
    assert certificate["radius"] > 0
    assert certificate["prediction"]["label"] == "7"

    result = tmp_path / "result.json"
    result.write_text(done.stdout)
    verified = certify("verify", result)
    assert verified.returncode == 0
    assert f"holds: the counts support radius {certificate['radius']}" in verified.stdout


def test_result_in_words(certify: Certify, digit: Path) -> None:
    done = certify("file", digit, "--model", "mnist", "--certifier", "second_order", "--n", "2000")
    assert done.returncode == 0, done.stderr
    assert "Certified: '7' (class 7), radius 0." in done.stdout
    assert "gradient norm <= " in done.stdout
    assert "at most 0.001" in done.stdout


def test_a_rank_in_words(certify: Certify, digit: Path) -> None:
    rank = ("--certifier", "first_order", "--decision", "top_k", "-k", "3")
    done = certify(digit, "--model", "mnist", "--n", "2000", *rank)
    assert done.returncode == 0, done.stderr
    assert "The smoothed score of '7' (class 7) stays among the 3 largest for every input" in done.stdout
    assert "p_others <= " in done.stdout
    refused = certify(digit, "--model", "mnist", "--n", "2000", "-k", "3")
    assert refused.returncode == 2
    assert "k: belongs to the decision `top_k` alone" in refused.stderr


def test_options_may_come_before_the_file(certify: Certify, digit: Path) -> None:
    done = certify("--model", "mnist", "--n", "1000", "--seed", "5", "--json", digit)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["request"]["seed"] == "5"


def test_stops_at_a_radius(certify: Certify, point: Path) -> None:
    limits = ("--n", "4000000", "--stop-radius", "0.3")
    done = certify(point, "--model", "half-space", "--sigma", "0.5", *limits, "--json")
    assert done.returncode == 0, done.stderr
    certificate = json.loads(done.stdout)["certificate"]
    assert certificate["ended_by"] == "stop_radius"
    assert certificate["radius"] >= 0.3
    assert certificate["n"] < 4_000_000
    assert certify("verify", "-", stdin=done.stdout).returncode == 0


def test_gives_up_a_radius_that_is_out_of_reach(certify: Certify, point: Path) -> None:
    limits = ("--n", "4000000", "--stop-radius", "5", "--give-up")
    done = certify(point, "--model", "half-space", "--sigma", "0.5", *limits, "--json")
    document = json.loads(done.stdout)
    certificate = document["certificate"]
    assert document["request"]["stop"] == {"radius": 5.0, "give_up": True}
    assert (certificate["ended_by"], certificate["abstained"]) == ("out_of_reach", done.returncode == 3)
    assert certificate["radius"] < 5.0
    assert certificate["n"] < 400_000
    again = certify("show", "--", document["id"])
    assert again.stdout.startswith(
        f"Radius 5.0 is out of reach: given up after {certificate['n']:,} samples."
    )
    assert certify("verify", "-", stdin=done.stdout).returncode == 0


def test_a_job_is_shown_again(certify: Certify, digit: Path) -> None:
    first = certify(digit, "--model", "mnist", "--n", "1000", "--json")
    job_id = json.loads(first.stdout)["id"]
    assert first.stderr == f"job {job_id}\n"
    again = certify("show", job_id, "--json")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert certify("show", "absent").returncode == 2


def test_abstained(certify: Certify, digit: Path) -> None:
    done = certify(digit, "--model", "mnist", "--n", "4")
    assert done.returncode == 3, done.stderr
    assert "Abstained: nothing could be certified" in done.stdout


def test_failed_job(certify: Certify, point: Path) -> None:
    done = certify(point, "--model", "raises", "--sigma", "0.5", "--n", "1000")
    assert done.returncode in (2, 4), done.stdout  # refused at once where the worker has already said so
    assert "raises" in done.stdout + done.stderr


def test_time_is_up_but_the_job_goes_on(certify: Certify, client: CertificationClient, point: Path) -> None:
    done = certify(
        point, "--model", "slow-half-space", "--sigma", "0.5", "--n", "100000000", "--timeout", "0.5"
    )
    assert done.returncode == 7, done.stderr
    job_id = done.stderr.split("job ")[1].split()[0]
    assert f"'certify show {job_id}' asks for job {job_id} again" in done.stderr
    assert certify("show", job_id, "--timeout", "0.1").returncode == 7
    assert not client.get(job_id).status.is_final
    assert client.cancel(job_id).status is State.CANCELLED


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--model", "absent"], "model: no such model is installed; 'certify models' lists those"),
        (["--model", "mnist", "--n", "7", "--certifier", "dipole"], "n: must be even"),
        (["--model", "mnist", "--sigma", "-1"], "sigma: "),
        (["--model", "mnist", "--certifier", "third_order"], "certifier: "),
        (["--model", "half-space", "--sigma", "0.5"], "image: model half-space takes tensors"),
        ([], "Missing option '--model'"),
        (["--model", "mnist", "--n", "many"], "--n"),
    ],
)
def test_refused(certify: Certify, digit: Path, options: list[str], said: str) -> None:
    done = certify(digit, *options)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stdout == ""


def test_file_that_does_not_exist(certify: Certify, tmp_path: Path) -> None:
    done = certify(tmp_path / "absent.png", "--model", "mnist")
    assert done.returncode == 2
    assert "absent.png cannot be read" in done.stderr


def test_array_for_a_model_that_takes_tensors(certify: Certify, point: Path) -> None:
    done = certify(point, "--model", "half-space", "--sigma", "0.5", "--n", "2000", "--json")
    assert done.returncode == 0, done.stderr
    radius = json.loads(done.stdout)["certificate"]["radius"]
    assert 0.5 < radius <= 1.0  # the boundary is one unit away


def test_service_away(certify: Certify, digit: Path) -> None:
    done = certify(digit, "--model", "mnist", "--url", "http://127.0.0.1:1")
    assert done.returncode == 6
    assert "no answer from http://127.0.0.1:1" in done.stderr
    assert "'make serve' starts one on this machine; --url or CERTIFY_URL names another" in done.stderr


def test_verify_refuses_a_claim_that_is_too_large(certify: Certify, digit: Path) -> None:
    job = json.loads(certify(digit, "--model", "mnist", "--n", "1000", "--json").stdout)
    job["certificate"]["radius"] *= 1.5
    done = certify("verify", "-", stdin=json.dumps(job))
    assert done.returncode == 1
    assert "does not hold" in done.stdout
    assert "is too large" in done.stdout


@pytest.mark.parametrize("text", ["", "{}"])
def test_verify_of_something_else(certify: Certify, text: str) -> None:
    done = certify("verify", "-", stdin=text)
    assert done.returncode == 2
    assert done.stderr
