"""What a claim may not ask for is said in a sentence about its field, and the last that fits is taken."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds, Claim, Decision, Noise
from certificates.claim.claim_rules import LARGEST_SUMS, LEAST_SIGMA
from certificates.noise_laws.grid_gaussian import LARGEST_STEPS

GOOD = Claim(FIRST_ORDER, Bounds.TIGHT, 0.25, 0.001, 1000, 784)
STEPS = f"must be at most {LARGEST_STEPS} steps between pixel values for discrete noise"
SIGMA = "must be a finite number of at least 1e-300"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"bounds": Bounds.ANYTIME}, ("bounds", "must be `tight` or `paper`")),
        ({"n": 0}, ("n", "must be at least 1")),
        (
            {"n": 3, "certifier": DIPOLE},
            ("n", "must be even for dipole with `tight` bounds: samples are taken in pairs"),
        ),
        ({"eta": 0.51}, ("eta", "must be above 0 and at most 0.5")),
        ({"sigma": math.inf}, ("sigma", SIGMA)),
        ({"sigma": math.nan}, ("sigma", SIGMA)),
        ({"sigma": math.nextafter(LEAST_SIGMA, 0.0)}, ("sigma", SIGMA)),
        (
            {"bounds": Bounds.PAPER, "decision": Decision.MULTICLASS},
            ("decision", "must be `majority` with the paper's bounds"),
        ),
        (
            {"certifier": DIPOLE, "decision": Decision.MULTICLASS},
            ("decision", "must be `majority` for dipole: its pairs are counted for one class"),
        ),
        (
            {"certifier": SECOND_ORDER, "decision": Decision.TOP_K, "k": 1},
            ("decision", "must not be `top_k` for second_order: it makes no such certificate"),
        ),
        (
            {"certifier": SECOND_ORDER, "d": LARGEST_SUMS + 1},
            ("bounds", "needs gradient sums of 2,097,153 numbers for this model, over 2,097,152"),
        ),
        (
            {"certifier": SECOND_ORDER, "decision": Decision.MULTICLASS, "d": LARGEST_SUMS // 4 + 1},
            ("decision", "needs gradient sums of 2,097,156 numbers for this model, over 2,097,152"),
        ),
        ({"k": 1}, ("k", "belongs to the decision `top_k` alone")),
        ({"decision": Decision.TOP_K}, ("k", "is required with the decision `top_k`")),
        ({"decision": Decision.TOP_K, "k": 0}, ("k", "must be at least 1")),
        (
            {"decision": Decision.TOP_K, "k": 4},
            ("k", "must be below 4, the number of the model's classes"),
        ),
        ({"give_up": True}, ("stop.give_up", "needs a radius to give up: state `radius`")),
        ({"stop_radius": 0.0}, ("stop.radius", "must be a finite number above 0")),
        ({"stop_radius": math.inf}, ("stop.radius", "must be a finite number above 0")),
        (
            {"stop_radius": 0.1, "bounds": Bounds.PAPER},
            ("stop", "needs `tight` bounds: the paper's hold for exactly n samples"),
        ),
        (
            {"stop_radius": 0.1, "decision": Decision.MULTICLASS},
            ("stop", "needs the `majority` decision"),
        ),
        ({"noise": Noise.DISCRETE}, ("sigma", STEPS)),
        ({"noise": Noise.DISCRETE, "grid_steps": 0.0}, ("sigma", STEPS)),
        ({"noise": Noise.DISCRETE, "grid_steps": LARGEST_STEPS + 1e-9}, ("sigma", STEPS)),
        (
            {"noise": Noise.DISCRETE, "grid_steps": 63.75, "eta": 1e-16},
            ("eta", "is too small for discrete noise, whose finite precision costs 4.35e-16 of it"),
        ),
    ],
)
def test_one_problem_is_named(fields: dict[str, object], said: tuple[str, str]) -> None:
    claim = replace(GOOD, **fields)  # type: ignore[arg-type]  # passed on
    assert claim.problems(classes=4) == [said]


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 1},
        {"eta": 0.5},
        {"sigma": LEAST_SIGMA},
        {"certifier": SECOND_ORDER, "d": LARGEST_SUMS},
        {"certifier": SECOND_ORDER, "decision": Decision.MULTICLASS, "d": LARGEST_SUMS // 4},
        {"certifier": SECOND_ORDER, "d": 4},
        {"decision": Decision.TOP_K, "k": 1},
        {"decision": Decision.TOP_K, "k": 3},
        {"noise": Noise.DISCRETE, "grid_steps": float(LARGEST_STEPS)},
        {"noise": Noise.DISCRETE, "grid_steps": 0.5},
    ],
)
def test_the_last_that_fits_is_taken(fields: dict[str, object]) -> None:
    claim = replace(GOOD, **fields)  # type: ignore[arg-type]  # passed on
    assert claim.problems(classes=4) == []


def test_sums_of_pairs_are_one_number_however_large_the_input() -> None:
    claim = replace(GOOD, certifier=SECOND_ORDER, bounds=Bounds.PAPER, d=100 * LARGEST_SUMS)
    assert claim.problems() == []
