"""``certify plan``: in words, as JSON, with a share that is given or estimated."""

from __future__ import annotations

import json
from pathlib import Path

from certify_client import CertificationClient
from certify_client.parameters import Parameters
from tests.certify_client.conftest import Certify

PLAN = ("plan", "--model", "mnist", "--sigma", "0.25")


def test_it_says_what_n_gives_and_what_a_radius_takes(certify: Certify) -> None:
    asked = ("--certifier", "dipole", "--n", "500", "--radius", "0.5", "--share-of", "0.99")
    done = certify(*PLAN, *asked)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("n = 500 samples give a radius of 0.551591 at most, if every one of them is")
    assert lines[1].startswith("Radius 0.5 needs n = 298 at least, if every one is a hit")
    assert lines[2].startswith("With 99% hits, n = 500 certifies about 0.4")
    assert lines[3].startswith("With 99% hits, n = 2,0")
    assert "certifies 0.5 in nine of ten jobs" in lines[3]


def test_it_says_where_a_share_ends(certify: Certify) -> None:
    done = certify(*PLAN, "--radius", "0.5", "--share-of", "0.97")
    assert "the votes alone support no more than 0.470198, however many there are" in done.stdout


def test_a_file_gives_the_share_and_the_time(certify: Certify, digit: Path) -> None:
    done = certify(*PLAN, digit, "--radius", "0.2", "--json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert 0.5 < plan["score"] < 1.0
    assert round(101 * plan["score"] - 0.5, 6) in range(101)
    assert plan["measured"]["samples_per_second"] > 0.0
    assert plan["n_seconds"] > 0.0


def test_the_share_is_given_or_estimated(certify: Certify, digit: Path) -> None:
    done = certify(*PLAN, digit, "--share-of", "0.9")
    assert done.returncode == 2
    assert "either FILE or --share-of" in done.stderr


def test_a_refused_plan_says_which_field(certify: Certify) -> None:
    done = certify(*PLAN, "--n", "501", "--certifier", "dipole")
    assert (done.returncode, done.stdout) == (2, "")
    assert "n: must be even" in done.stderr


def test_the_library_plans_too(client: CertificationClient) -> None:
    plan = client.plan(Parameters("mnist", certifier="dipole", sigma=0.25, n=500, seed=7), radius=0.5)
    assert (plan.largest_radius, plan.least_n, plan.needed_n) == (0.551591, 298, None)
    assert plan.document["model"] == "mnist"
