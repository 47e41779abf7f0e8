"""Have a service verify a certificate, and compare an input with the one that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict

from certify_client.client_steps import Call, Steps
from certify_client.http_answers import check, document
from certify_client.input_files import ImageFile, TensorFile
from certify_client.records import Job
from certify_client.verification_records import Verification
from verification.plain_json import check_plain


class _SeenInput(BaseModel):
    model_config = ConfigDict(extra="ignore")
    sha256: str


class _Preview(BaseModel):
    model_config = ConfigDict(extra="ignore")
    input: _SeenInput


def verifying(stated: Job | Mapping[str, Any], given: ImageFile | TensorFile | None) -> Steps[Verification]:
    """Verify a certificate; if its model is one of the service's, have that model's input made of ``given``.

    Raises UnreadableCertificate if the document is no plain JSON.
    """
    sent = stated.document if isinstance(stated, Job) else stated
    check_plain(sent)
    verdict: Verification = yield Call("POST", "/v1/verifications", _verdict, {"json": sent})
    if given is None or verdict.model.status != "here":
        return verdict
    certificate = sent.get("certificate", sent)
    more = {"data": {"model": certificate["model"]["name"]}, "files": given.part()}
    sha256: str = yield Call("POST", "/v1/previews", _sha256, more)
    return verdict.model_copy(update={"same_input": sha256 == certificate["input"].get("sha256")})


def _verdict(answer: httpx.Response) -> Verification:
    return Verification.parse(document(check(answer)))


def _sha256(answer: httpx.Response) -> str:
    return _Preview.model_validate(document(check(answer))).input.sha256
