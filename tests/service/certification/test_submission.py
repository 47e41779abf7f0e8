"""A good request is stored with every default filled in, queued, and answered with its address."""

from __future__ import annotations

import base64
import uuid

import numpy as np
from redis import Redis

from certificates.noise_laws.pixel_grid import PixelGrid
from jobs import keys
from tests.service.conftest import Api
from tests.support.image_folders import SHA256
from tests.support.pictures import RAMP, encode

PNG = encode(RAMP)
TENSOR = {"shape": [2], "data": [0.5, -4.0]}


def test_the_answer_is_the_job_with_its_defaults(api: Api) -> None:
    answer = api.image(PNG, model="grey")
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/certifications/{job['id']}"
    assert answer.headers["idempotency-replayed"] == "false"
    assert job["status"] == "queued"
    assert job["certificate"] is None
    assert job["failure"] is None
    assert job["progress"] == {"samples_done": 0, "samples_total": 100_000, "samples_per_second": None}
    assert api.http.get(answer.headers["location"]).json() == job
    request = job["request"]
    assert 0 <= int(request.pop("seed")) < 2**63
    assert request.pop("input")["shape"] == [1, 4, 4]
    assert request == {
        "model": "grey",
        "model_sha256": SHA256,
        "certifier": "second_order",
        "bounds": "tight",
        "decision": "majority",
        "k": None,
        "noise": "gaussian",
        "sigma": 0.25,
        "n": 100_000,
        "n0": 100,
        "eta": 0.001,
        "stop": None,
    }


def test_every_field_is_taken_from_a_form(api: Api) -> None:
    fields = {"certifier": "first_order", "bounds": "paper", "sigma": "0.5", "n": "1001", "n0": "7"}
    stored = api.stored(api.image(PNG, model="grey", eta="1e-3", seed=str(2**63 - 1), **fields))
    spec = api.store.get(stored.job["id"]).spec
    assert (spec.sigma, spec.n, spec.n0, spec.eta, spec.seed) == (0.5, 1001, 7, 0.001, 2**63 - 1)
    assert stored.job["request"]["seed"] == "9223372036854775807"


def test_a_tensor_is_taken_in_the_models_scale_ends_included(api: Api) -> None:
    stored = api.stored(api.json(model="plane", sigma=1, tensor=TENSOR, seed="17"))
    np.testing.assert_array_equal(stored.array, np.array([0.5, -4.0], np.float32))
    assert stored.job["request"]["input"]["source"] == "tensor"
    assert stored.job["request"]["input"]["scale"] == "[-4,4]"
    assert stored.job["request"]["input"]["conversions"] == []
    assert stored.job["request"]["seed"] == "17"


def test_rounding_to_float32_is_told(api: Api) -> None:
    stored = api.stored(api.json(model="plane", sigma=1, tensor={"shape": [2], "data": [0.1, 0.5]}))
    assert stored.array[0] == np.float32(0.1)
    assert stored.conversions == ["rounded to float32"]


def test_an_image_model_also_takes_a_tensor(api: Api) -> None:
    data = (RAMP / 255).ravel().tolist()
    stored = api.stored(api.json(model="grey", tensor={"shape": [1, 4, 4], "data": data}))
    np.testing.assert_array_equal(stored.array[0], (RAMP / 255).astype(np.float32))


def test_two_requests_draw_different_seeds(api: Api) -> None:
    seeds = {api.image(PNG, model="grey").json()["request"]["seed"] for _ in range(4)}
    assert len(seeds) == 4


def test_the_first_step_is_on_the_queue(api: Api, shared_redis: Redis) -> None:
    queue = f"{keys.BROKER_PREFIX}certification"
    before = shared_redis.llen(queue)
    api.image(PNG, model="grey")
    assert shared_redis.llen(queue) == before + 1


def test_the_same_key_and_request_give_the_same_job(api: Api, shared_redis: Redis) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (
        api.http.post("/v1/certifications", headers=key, data={"model": "grey"}, files={"image": PNG})
        for _ in range(2)
    )
    stored = shared_redis.zcard(keys.INDEX)
    third = api.http.post("/v1/certifications", headers=key, data={"model": "grey"}, files={"image": PNG})
    assert first.status_code == second.status_code == third.status_code == 202
    assert first.json() == second.json() == third.json()
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert shared_redis.zcard(keys.INDEX) == stored


def test_the_same_key_with_another_request_is_refused(api: Api, shared_redis: Redis) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    api.http.post("/v1/certifications", headers=key, data={"model": "grey"}, files={"image": PNG})
    stored = shared_redis.zcard(keys.INDEX)
    for data, image in (({"model": "grey", "n": "2000"}, PNG), ({"model": "grey"}, encode(255 - RAMP))):
        answer = api.http.post("/v1/certifications", headers=key, data=data, files={"image": image})
        assert answer.status_code == 422
        assert answer.json()["type"].endswith(":idempotency-key-reused")
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert shared_redis.zcard(keys.INDEX) == stored


def test_an_8_bit_image_is_taken_with_discrete_noise_also_when_resized(api: Api) -> None:
    api.stored(api.image(PNG, model="grey", noise="discrete"))
    api.stored(api.image(PNG, model="signed", noise="discrete"))
    large = encode(np.random.default_rng(1).integers(0, 256, (9, 7, 3), dtype=np.uint8))
    for model in ("colour", "cropped"):
        stored = api.stored(api.image(large, model=model, noise="discrete"))
        assert any("resized" in note for note in stored.conversions)
        assert PixelGrid().contains(stored.array)
    data = (RAMP / 255).ravel().tolist()
    api.stored(api.json(model="grey", noise="discrete", tensor={"shape": [1, 4, 4], "data": data}))


def test_the_new_kinds_are_stored_as_asked_for(api: Api) -> None:
    spec = api.store.get(
        api.image(PNG, model="grey", certifier="first_order", decision="multiclass").json()["id"]
    ).spec
    assert spec.decision == "multiclass"
    by_form = api.image(PNG, model="grey", stop_radius="0.25").json()
    text = base64.b64encode(PNG).decode()
    by_json = api.json(model="grey", image=text, stop={"radius": 0.25}).json()
    assert by_form["request"]["stop"] == by_json["request"]["stop"] == {"radius": 0.25, "give_up": False}
    by_form = api.image(PNG, model="grey", stop_radius="0.25", stop_give_up="true").json()
    by_json = api.json(model="grey", image=text, stop={"radius": 0.25, "give_up": True}).json()
    assert by_form["request"]["stop"] == by_json["request"]["stop"] == {"radius": 0.25, "give_up": True}
    assert api.store.get(by_json["id"]).spec.claim().give_up


def test_a_form_and_its_json_are_the_same_request(api: Api) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    fields = {"model": "grey", "stop_radius": "0.25"}
    first = api.http.post("/v1/certifications", headers=key, data=fields, files={"image": PNG})
    text = base64.b64encode(PNG).decode()
    body = {"model": "grey", "stop": {"radius": 0.25}, "image": text}
    second = api.http.post("/v1/certifications", headers=key, json=body)
    assert second.status_code == 202, second.text
    assert second.json()["id"] == first.json()["id"]
    body["stop"] = {"radius": 0.25, "give_up": True}
    assert api.http.post("/v1/certifications", headers=key, json=body).status_code == 422
