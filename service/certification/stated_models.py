"""Say whether the model that a certificate names is one of this service's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import Field

from registry.model_errors import ModelBroken, ModelError, ModelNotFound
from registry.model_folders import Registry
from service.certification.certificate_resources import Resource
from verification.certificate_comparison import shown

Status = Literal[
    "here", "other_manifest", "other_file", "other_name", "not_here", "not_stated", "models_unreadable"
]


class StatedModelResource(Resource):
    """The model that the certificate names, compared with the models of this service. It is no check."""

    status: Status = Field(
        description="`here`: name, `sha256` and `manifest_sha256` are those of a model of this service. "
        "`other_manifest`: name and `sha256` are, but its `model.toml` was another. `other_file`: only the "
        "name is. `other_name`: only the `sha256` is. `not_here`: neither is. `not_stated`: the certificate "
        "lacks one of them. `models_unreadable`: this service cannot read its models now."
    )
    sentence: str = Field(description="The same in words, with the names and hashes.")


def stated_model(document: object, models: Registry) -> tuple[StatedModelResource, Sequence[str] | None]:
    """Look for the model that a job, or a certificate alone, names.

    Returns the statement, and the labels of the model's classes if it is ``here``.
    """
    certificate = document.get("certificate", document) if isinstance(document, Mapping) else None
    stated = certificate.get("model") if isinstance(certificate, Mapping) else None
    told: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}
    name, sha256 = told.get("name"), told.get("sha256")
    if not isinstance(name, str) or not isinstance(sha256, str):
        return _told("not_stated", "The certificate does not state its model's name and sha256."), None
    try:
        model = models.get(name)
    except (ModelNotFound, ModelBroken):
        return _by_file(name, sha256, models), None
    except ModelError:
        return _UNREADABLE, None
    if model.sha256 != sha256:
        sentence = (
            f"The model {shown(name)} of this service has another sha256, {model.sha256}: it is another "
            "model, or the certificate was changed."
        )
        return _told("other_file", sentence), None
    if model.fingerprint != told.get("manifest_sha256"):
        sentence = (
            f"The model {shown(name)} of this service has the stated sha256, but its model.toml is another "
            "now, so the labels were not compared."
        )
        return _told("other_manifest", sentence), None
    sentence = f"The model {shown(name)} of this service has the stated sha256 and the stated model.toml."
    return _told("here", sentence), model.labels


def _by_file(name: str, sha256: str, models: Registry) -> StatedModelResource:
    """Look for the file under another name, which takes the manifests of all models."""
    try:
        same = [one for one in models.names() if models.get(one).sha256 == sha256]
    except ModelError:
        return _UNREADABLE
    absent = f"This service has no usable model {shown(name)}"
    if same:
        return _told("other_name", f"{absent}; the stated sha256 is that of {shown(same[0])}.")
    return _told("not_here", f"{absent}, and none with the stated sha256.")


def _told(status: Status, sentence: str) -> StatedModelResource:
    return StatedModelResource(status=status, sentence=sentence)


_UNREADABLE: Final = _told("models_unreadable", "This service cannot read its models now.")
