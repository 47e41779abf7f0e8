"""A runtime that is registered, and nothing else, goes from HTTP to a verified certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import numpy as np
import pytest

from registry import Registry
from tests.support.extended_service import certified, extended_service, verified

PROGRAM: Final = "tests.support.toy_runtime"
MANIFEST: Final = """
name = "{name}"
description = "Class 1 where the first coordinate is positive, as a table of weights"
runtime = "table"
file = "model.npz"
sha256 = "{digest}"
labels = ["negative", "positive"]
licence = "MIT"
source = "written by the tests"
batch_size = 256
{more}

[input]
kind = "tensor"
shape = [2]
low = -4.0
high = 4.0
"""
ASKED: Final = {
    "tensor": {"shape": [2], "data": [0.5, 0.25]},
    "sigma": 0.5,
    "n": 20_000,
    "seed": 7,
}


def write_table(folder: Path, more: str = "") -> None:
    folder.mkdir(parents=True)
    file = folder / "model.npz"
    weights = np.array([[-1.0, 0.0], [1.0, 0.0]], np.float32)
    np.savez(file, weights=weights, bias=np.zeros(2, np.float32))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / "model.toml").write_text(MANIFEST.format(name=folder.name, digest=digest, more=more))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Path:
    """A table, the same classifier as TorchScript, and two folders that are wrong."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "half-space").symlink_to(models_dir / "half-space")
    write_table(folder / "table")
    write_table(folder / "precise", 'precision = "float16"')
    write_table(folder / "misnamed")
    manifest = folder / "misnamed" / "model.toml"
    manifest.write_text(manifest.read_text().replace('runtime = "table"', 'runtime = "onnx"'))
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[httpx.Client]:
    with extended_service(PROGRAM, tmp_path_factory.mktemp("service"), models) as client:
        yield client


def test_a_model_of_it_is_certified_and_verified(service: httpx.Client) -> None:
    job = certified(service, {**ASKED, "model": "table"})
    plain = certified(service, {**ASKED, "model": "half-space"})
    model = job["certificate"]["model"]
    assert (model["runtime"], model["provider"]) == (f"table {np.__version__}", "cpu")
    assert model["noise_generator"] == plain["certificate"]["model"]["noise_generator"]
    assert 0.3 < job["certificate"]["radius"] < 0.5
    assert verified(job, "certify_client") == 0
    job["certificate"]["radius"] += 1e-6
    assert verified(job, "certify_client") == 1


def test_its_package_belongs_to_the_fleet(service: httpx.Client) -> None:
    (fleet,) = service.get("/health/ready").json()["runtimes"]
    assert f"numpy {np.__version__}, onnxruntime " in fleet["runtime"]


def test_the_models_of_it_are_listed_and_the_wrong_ones_explained(service: httpx.Client) -> None:
    listed = service.get("/v1/models").json()
    assert {model["name"]: model["runtime"] for model in listed["models"]} == {
        "half-space": "torchscript",
        "table": "table",
    }
    said = listed["broken"]
    assert 'is a table of weights: set runtime = "table"' in said["misnamed"]
    assert "precision can be given for torchscript alone" in said["precise"]


def test_where_it_is_not_registered_its_models_are_refused_with_the_runtimes_there_are(models: Path) -> None:
    assert "must be 'onnx' or 'torchscript', not 'table'" in Registry(models).problems()["table"]
