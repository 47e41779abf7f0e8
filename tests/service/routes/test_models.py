"""The models that a gateway has, and what is wrong with those that it cannot serve."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from registry.manifest import load_manifest
from tests.support.announced import beat, report_broken
from tests.support.gateway import Gateway, running_gateway
from tests.support.image_folders import GREY, write_model
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.server import Server
from tests.support.wait import wait_until

PNG = encode(RAMP)


def test_models_are_listed_with_what_is_wrong_with_the_broken_ones(http: httpx.Client) -> None:
    answer = http.get("/v1/models").json()
    assert [model["name"] for model in answer["models"]] == [
        "Wide_0.255",
        "colour",
        "cropped",
        "grey",
        "plane",
        "signed",
    ]
    assert set(answer["broken"]) == {"wrong-hash", "no-labels", "bad-toml"}
    assert "sha256" in answer["broken"]["wrong-hash"]
    assert "labels" in answer["broken"]["no-labels"]


def test_one_model_is_described(http: httpx.Client) -> None:
    model = http.get("/v1/models/plane").json()
    assert model["input"] == {
        "kind": "tensor",
        "shape": [2],
        "low": -4.0,
        "high": 4.0,
        "mode": None,
        "layout": "NCHW",
        "resize": None,
    }
    assert model["trained_sigma"] is None
    assert model["labels"] == ["zero", "one", "two"]


@pytest.mark.parametrize("name", ["missing", "GREY", "..", "%2e%2e%2fgrey", "grey%00", "x" * 300])
def test_an_unknown_model_is_404(http: httpx.Client, name: str) -> None:
    answer = http.get(f"/v1/models/{name}")
    check_problem(answer, answer.json()["type"].rpartition(":")[2], 404)


def test_a_broken_model_is_409_and_says_why(http: httpx.Client) -> None:
    problem = check_problem(http.get("/v1/models/no-labels"), "model-broken", 409)
    assert "labels" in problem["detail"]


def test_a_model_that_is_installed_later_is_found(own_gateway: Gateway, models_dir: Path) -> None:
    assert httpx.get(f"{own_gateway.url}/v1/models/newcomer").status_code == 404
    write_model(models_dir, "newcomer", GREY)
    try:
        assert httpx.get(f"{own_gateway.url}/v1/models/newcomer").status_code == 200
    finally:
        for file in (models_dir / "newcomer").iterdir():
            file.unlink()
        (models_dir / "newcomer").rmdir()


def unloadable(gateway: Gateway) -> bool:
    """Whether the gateway says that no worker can load a model."""
    model = httpx.get(f"{gateway.url}/v1/models/grey").json()
    return model["unloadable"] is not None


def test_a_model_that_no_worker_can_load_is_refused_and_named(
    own_gateway: Gateway, own_server: Server, models_dir: Path
) -> None:
    beat(own_server, grey="the file is not a model")
    report_broken(own_server, load_manifest(models_dir / "grey").fingerprint, "the file is not a model")
    wait_until(lambda: unloadable(own_gateway), "the gateway to look at the workers again")
    answer = httpx.post(f"{own_gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
    problem = check_problem(answer, "model-broken", 409)
    assert problem["errors"][0]["field"] == "model"
    assert "the file is not a model" in problem["detail"]
    ready = httpx.get(f"{own_gateway.url}/health/ready").json()
    assert "the file is not a model" in ready["broken_models"]["grey"]
    assert "grey" not in ready["models"]
    assert httpx.get(f"{own_gateway.url}/v1/certifications").json()["jobs"] == []


def test_a_row_of_a_model_that_no_worker_can_load_is_refused_too(
    own_gateway: Gateway, own_server: Server, models_dir: Path
) -> None:
    run = httpx.post(f"{own_gateway.url}/v1/runs", json={"name": "greys", "model": "grey", "sigma": 0.25})
    beat(own_server, grey="the file is not a model")
    report_broken(own_server, load_manifest(models_dir / "grey").fingerprint, "the file is not a model")
    wait_until(lambda: unloadable(own_gateway), "the gateway to look at the workers again")
    path = f"{own_gateway.url}{run.headers['location']}"
    answer = httpx.post(f"{path}/rows", data={"key": "a"}, files={"image": PNG})
    assert "the file is not a model" in check_problem(answer, "model-broken", 409)["detail"]
    assert httpx.get(path).json()["rows"]["total"] == 0


def test_a_report_about_an_earlier_state_of_a_folder_refuses_nothing(
    own_gateway: Gateway, own_server: Server
) -> None:
    beat(own_server, grey="model.toml: there is no file 'model.toml' in the model's folder")
    report_broken(own_server, "0" * 64, "the file is not a model")
    wait_until(lambda: not unloadable(own_gateway), "the gateway to look at the workers again")
    answer = httpx.post(f"{own_gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
    assert answer.status_code == 202, answer.text


def test_a_missing_models_directory_is_told(own_server: Server, tmp_path: Path) -> None:
    with running_gateway(tmp_path, own_server.url, tmp_path / "nowhere") as gateway:
        problem = check_problem(httpx.get(f"{gateway.url}/health/ready"), "not-ready", 503)
        assert any("models directory" in reason for reason in problem["missing"])
        check_problem(httpx.get(f"{gateway.url}/v1/models"), "not-ready", 503)
