"""A verification says whether the stated model is one of this service's, and checks labels if it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from registry.manifest import ModelManifest, load_manifest
from registry.model_folders import Registry
from service.certification.stated_models import stated_model
from tests.support.certificate_documents import Document, document_of

OTHER = "0" * 64


@pytest.fixture
def document(models_dir: Path) -> Document:
    """A true answer of a service that has the model ``grey`` of this one: class 1 is called "one"."""
    model = Registry(models_dir).get("grey")
    return _of_model(_of_class("one"), "grey", model.sha256, model.fingerprint)


def _of_class(label: str) -> Document:
    document = document_of("first_order")
    certificate = document["certificate"]
    hits = certificate["counts"]["hits"]
    most = hits["per_class"][hits["target"]]
    hits |= {"target": 1, "per_class": [hits["n"] - most, most, 0]}
    certificate["prediction"] = {"index": 1, "label": label}
    certificate["clean_prediction"] = {"index": 1, "label": label}
    return document


def _of_model(document: Document, name: str, sha256: str, manifest: str) -> Document:
    stated = {"name": name, "sha256": sha256, "manifest_sha256": manifest}
    document["certificate"]["model"] |= stated
    document["request"] |= {"model": name, "model_sha256": sha256}
    return document


def _verdict(http: httpx.Client, document: object) -> dict[str, Any]:
    answer = http.post("/v1/verifications", json=document)
    assert answer.status_code == 200, answer.text
    verdict: dict[str, Any] = answer.json()
    return verdict


def _label(verdict: dict[str, Any]) -> dict[str, Any]:
    (found,) = (check for check in verdict["checks"] if check["name"] == "label")
    return dict(found)


def test_the_label_of_a_model_that_is_here_is_checked(http: httpx.Client, document: Document) -> None:
    verdict = _verdict(http, document)
    assert verdict["valid"], verdict
    assert verdict["model"]["status"] == "here"
    assert "'grey' of this service has the stated sha256" in verdict["model"]["sentence"]
    assert _label(verdict)["outcome"] == "passed"


def test_a_wrong_label_is_found_also_where_all_places_agree(http: httpx.Client, document: Document) -> None:
    for part in ("prediction", "clean_prediction"):
        document["certificate"][part]["label"] = "two"
    verdict = _verdict(http, document)
    assert not verdict["valid"]
    assert "it fails the check of the label." in verdict["headline"]
    assert _label(verdict)["sentences"] == [
        "prediction calls class 1 'two', but the model calls it 'one'",
        "clean_prediction calls class 1 'two', but the model calls it 'one'",
    ]


def test_a_class_that_the_model_does_not_have_is_found(http: httpx.Client, document: Document) -> None:
    document["certificate"]["clean_prediction"] = {"index": 3, "label": "three"}
    told = ["clean_prediction is class 3, but the model has the classes 0 to 2"]
    assert _label(_verdict(http, document))["sentences"] == told


STATED = {
    "other_manifest": ("grey", None, OTHER, "its model.toml is another now"),
    "other_file": ("grey", OTHER, OTHER, "has another sha256"),
    "other_name": ("resnet50", None, OTHER, "no usable model 'resnet50'; the stated sha256 is that of"),
    "not_here": ("resnet50", OTHER, OTHER, "no usable model 'resnet50', and none with the stated sha256"),
}


@pytest.mark.parametrize("status", STATED)
def test_another_model_is_told_and_is_no_fault(http: httpx.Client, document: Document, status: str) -> None:
    name, sha256, manifest, told = STATED[status]
    _of_model(document, name, sha256 or document["certificate"]["model"]["sha256"], manifest)
    verdict = _verdict(http, document)
    assert verdict["valid"], verdict
    assert verdict["model"]["status"] == status
    assert told in verdict["model"]["sentence"]
    assert _label(verdict)["outcome"] == "not_made"


@pytest.mark.parametrize("model", [None, 7, [], {"name": "grey"}, {"name": ["grey"], "sha256": "0"}])
def test_a_certificate_without_its_model_is_judged(
    http: httpx.Client, document: Document, model: object
) -> None:
    document["certificate"]["model"] = model
    verdict = _verdict(http, document["certificate"])
    assert not verdict["valid"]
    assert verdict["model"]["status"] == "not_stated"


def test_where_the_models_cannot_be_read_that_is_told(document: Document, tmp_path: Path) -> None:
    told, labels = stated_model(document, Registry(tmp_path / "gone"))
    assert (told.status, labels) == ("models_unreadable", None)


def test_the_other_models_are_read_only_if_no_model_has_the_name(
    document: Document, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(folder: Path) -> ModelManifest:
        read.append(folder.name)
        return load_manifest(folder)

    monkeypatch.setattr("registry.model_folders.load_manifest", noted)
    told, _ = stated_model(document, Registry(models_dir))
    assert (told.status, read) == ("here", ["grey"])
    document["certificate"]["model"]["name"] = "resnet50"
    told, _ = stated_model(document, Registry(models_dir))
    assert told.status == "other_name"
    assert len(read) > 2
