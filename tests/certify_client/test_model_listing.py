"""``certify models``: what can be used, what no worker can load, and folders that are no models."""

from __future__ import annotations

import json
from contextlib import suppress

import numpy as np

from certify_client import CertificationClient, Model, Parameters, Readiness, RequestRefused
from certify_client.model_listing import listing
from tests.certify_client.conftest import Certify
from tests.support.wait import wait_until

HALF = Model.parse({"name": "half", "description": "Half the plane.", "trained_sigma": 0.5})


def try_to_load_a_broken_one(client: CertificationClient) -> None:
    """Submit a job that fails; refused at once where the worker has already told."""
    with suppress(RequestRefused):
        client.wait(client.submit(np.array([0.0, 0.0]), Parameters("raises", sigma=0.5, n=1000)).id)


def test_models(certify: Certify, client: CertificationClient) -> None:
    try_to_load_a_broken_one(client)
    wait_until(lambda: "raises" in client.readiness().broken_models, "the worker to tell")
    done = certify("models")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert "0.25" in lines["mnist"]
    assert "Class 1 where the first coordinate is positive" in lines["half-space"]
    assert "CANNOT BE LOADED: worker " in lines["raises"]
    assert "this model never works" in lines["raises"]
    assert "BROKEN: " in lines["half-made"]

    told = json.loads(certify("models", "--json").stdout)
    assert {"mnist", "half-space", "raises"} <= {model["name"] for model in told["models"]}
    assert set(told["broken_models"]) == {"raises", "half-made"}


def test_a_model_that_some_workers_cannot_load_is_marked_too() -> None:
    ready = Readiness(models=("half",), broken_models={"half": "worker a: no memory"}, missing=())
    assert (
        "0.5            Half the plane. NOT EVERYWHERE: worker a: no memory" in listing([HALF], ready).plain
    )


def test_a_model_that_nobody_described_has_an_empty_description() -> None:
    ready = Readiness(models=("half",), broken_models={}, missing=())
    bare = Model.parse({"name": "half", "description": None, "trained_sigma": 0.5})
    assert listing([bare], ready).plain.splitlines()[1].rstrip() == "half   0.5"


def test_what_keeps_every_job_from_running_is_said() -> None:
    ready = Readiness(models=("half",), broken_models={}, missing=("no live worker: start one",))
    assert listing([HALF], ready).plain.endswith("\nNo job can run now: no live worker: start one")
