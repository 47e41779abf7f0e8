"""A runtime that is registered, and nothing else, goes from HTTP to a verified certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import httpx
import numpy as np

from registry import Registry
from tests.support.extended_service import certified, verified
from tests.support.toy_runtime import write_tables

ASKED: Final = {
    "tensor": {"shape": [2], "data": [0.5, 0.25]},
    "sigma": 0.5,
    "n": 20_000,
    "seed": 7,
}


def test_a_model_of_it_is_certified_and_verified(extended: httpx.Client) -> None:
    job = certified(extended, {**ASKED, "model": "table"})
    plain = certified(extended, {**ASKED, "model": "half-space"})
    model = job["certificate"]["model"]
    assert (model["runtime"], model["provider"]) == (f"table {np.__version__}", "cpu")
    assert model["noise_generator"] == plain["certificate"]["model"]["noise_generator"]
    assert 0.3 < job["certificate"]["radius"] < 0.5
    assert verified(job) == 0
    job["certificate"]["radius"] += 1e-6
    assert verified(job) == 1


def test_its_package_belongs_to_the_fleet(extended: httpx.Client) -> None:
    (fleet,) = extended.get("/health/ready").json()["runtimes"]
    assert f"numpy {np.__version__}, onnxruntime " in fleet["runtime"]


def test_the_models_of_it_are_listed_and_the_wrong_ones_explained(extended: httpx.Client) -> None:
    listed = extended.get("/v1/models").json()
    assert {model["name"]: model["runtime"] for model in listed["models"]} == {
        "half-space": "onnx",
        "table": "table",
    }
    said = listed["broken"]
    assert 'is a table of weights: set runtime = "table"' in said["misnamed"]
    assert "precision can be given for torchscript alone" in said["precise"]


def test_where_it_is_not_registered_its_models_are_refused_with_those_there_are(
    tmp_path: Path,
) -> None:
    write_tables(tmp_path)
    assert "must be 'onnx' or 'torchscript', not 'table'" in Registry(tmp_path).problems()["table"]
