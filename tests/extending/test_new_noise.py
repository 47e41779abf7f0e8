"""A law of noise that is registered, and nothing else, goes from HTTP to a verified certificate."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.support.extended_service import certified, verified
from tests.support.toy_noise import GENERATOR, NAME

PROGRAM: Final = "tests.support.toy_noise"
ASKED: Final[dict[str, Any]] = {
    "model": "half-space",
    "tensor": {"shape": [2], "data": [0.5, 0.25]},
    "sigma": 0.5,
    "n": 20_000,
    "seed": 7,
}

REGISTERED_ALONE: Final = (
    "from certificates import NOISE_LAWS; from tests.support.toy_noise import LAW; NOISE_LAWS.register(LAW)"
)


@pytest.mark.parametrize("certifier", ["first_order", "second_order", "dipole"])
def test_a_job_with_it_is_certified_and_verified_where_it_is_registered(
    extended: httpx.Client, certifier: str
) -> None:
    job = certified(extended, {**ASKED, "certifier": certifier, "noise": NAME})
    certificate = job["certificate"]
    assert job["request"]["noise"] == certificate["noise"] == certificate["claim"]["noise"] == NAME
    assert certificate["model"]["noise_generator"] == GENERATOR
    assert certificate["claim"]["grid_steps"] is None
    assert 0.3 < certificate["radius"] < 0.55
    assert verified(job, PROGRAM) == 0


def test_a_radius_that_is_too_large_is_found_and_a_law_that_is_not_registered_refused(
    extended: httpx.Client,
) -> None:
    job = certified(extended, {**ASKED, "noise": NAME})
    assert verified(job) == 2
    job["certificate"]["radius"] += 1e-6
    assert verified(job, PROGRAM) == 1


def test_it_is_drawn_as_it_says(extended: httpx.Client) -> None:
    """The noise of Gaussian noise with the sign changed: the members of each pair change places."""
    asked = {**ASKED, "certifier": "dipole"}
    plain, mirrored = (
        certified(extended, {**asked, "noise": noise})["certificate"]["counts"]["pairs"]
        for noise in ("gaussian", NAME)
    )
    assert plain["plus_only"] != plain["minus_only"]
    assert mirrored == {
        **plain,
        "plus_only": plain["minus_only"],
        "minus_only": plain["plus_only"],
    }


def test_the_api_names_it(extended: httpx.Client) -> None:
    description = extended.get("/openapi.json").json()
    assert description["components"]["schemas"]["Noise"]["enum"] == ["gaussian", "discrete", NAME]
    refused = extended.post("/v1/certifications", json={**ASKED, "noise": "uniform"})
    assert refused.status_code == 422
    assert f"'discrete' or '{NAME}'" in refused.text


def test_a_model_without_a_grid_is_offered_it_instead_of_discrete_noise(extended: httpx.Client) -> None:
    refused = extended.post("/v1/certifications", json={**ASKED, "noise": "discrete"})
    assert refused.status_code == 422
    assert f"must be gaussian or {NAME} for model half-space" in refused.text


def test_a_worker_that_cannot_draw_it_does_not_start(half_spaces: Path) -> None:
    program = f"{REGISTERED_ALONE}; from worker.__main__ import main; raise SystemExit(main())"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "CERTIFY_MODELS_DIR": str(half_spaces)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 2
    assert f"'{NAME}' is no noise; there are gaussian, discrete" in ended.stderr
