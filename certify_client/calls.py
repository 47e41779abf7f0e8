"""The requests about certifications, models and plans, and what their answers mean."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from certify_client.client_errors import ServiceError, ServiceUnavailable
from certify_client.client_steps import Call, Found, Steps
from certify_client.http_answers import check, document, entries, readiness
from certify_client.input_files import ImageFile, TensorFile
from certify_client.parameters import Parameters
from certify_client.path_parts import path_part
from certify_client.records import Job, Model, Plan, Readiness

_CERTIFICATIONS = "/v1/certifications"
_LOST = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""The connection broke after the request, or a part of it, was sent."""
_PAGE = 100


def job_path(job_id: str) -> str:
    """Return the path of a job."""
    return f"{_CERTIFICATIONS}/{path_part(job_id)}"


def submission(given: ImageFile | TensorFile, parameters: Parameters, key: str | None) -> Steps[Job]:
    """Submit, and submit once more if the connection is lost: the same key gives the same job.

    If the second try fails too, the cause is that of the first: it may have been accepted.
    """
    headers = {"Idempotency-Key": key or str(uuid4())}
    more = {"headers": headers, "data": parameters.form(), "files": given.part()}
    call = Call("POST", _CERTIFICATIONS, _job, more)
    try:
        job: Job = yield call
    except ServiceUnavailable as fault:
        if not isinstance(fault.__cause__, _LOST):
            raise
        lost = fault
    else:
        return job
    try:
        job = yield call
    except ServiceUnavailable as fault:
        if isinstance(fault.__cause__, httpx.ConnectError | httpx.ConnectTimeout):
            raise lost from lost.__cause__
        raise fault from fault.__cause__ or lost.__cause__
    return job


def get(job_id: str, timeout_s: float) -> Call[Job]:
    """Read a job."""
    return Call("GET", job_path(job_id), _job, {"timeout": timeout_s})


def cancel(job_id: str) -> Call[Job]:
    """Cancel a job."""
    return Call("DELETE", job_path(job_id), _job)


def picture(job_id: str) -> Call[bytes]:
    """Read the picture of a job's certificate."""
    return Call("GET", f"{job_path(job_id)}/curve", _picture, {"headers": {"Accept": "image/svg+xml"}})


def jobs(limit: int | None, **picked: str | None) -> Steps[None]:
    """Find the jobs page by page, newest first, at most ``limit``; ``picked``: of which status, model, ..."""
    cursor, left = None, limit
    asked = {name: value for name, value in picked.items() if value}
    while left is None or left > 0:
        params = {**asked, "limit": _PAGE if left is None else min(left, _PAGE)}
        more = {"params": params if cursor is None else params | {"cursor": cursor}}
        found, cursor = yield Call("GET", _CERTIFICATIONS, _page, more)
        for job in found[:left]:
            yield Found(job)
        left = None if left is None else left - len(found)
        if cursor is None:
            return


def models() -> Call[list[Model]]:
    """Read the installed models."""
    return Call("GET", "/v1/models", _models)


def model(name: str) -> Call[Model]:
    """Read one installed model."""
    return Call("GET", f"/v1/models/{path_part(name)}", lambda answer: Model.parse(_document(answer)))


def plan(parameters: Parameters, radius: float | None, score: float | None) -> Call[Plan]:
    """Ask what a job with these parameters can give."""
    unread = {"n0", "seed", "stop_radius", "stop_give_up"}
    asked = {name: value for name, value in parameters.form().items() if name not in unread}
    more = (("radius", radius), ("score", score))
    asked |= {name: str(value) for name, value in more if value is not None}
    return Call("GET", "/v1/plans", lambda answer: Plan.parse(_document(answer)), {"params": asked})


def ready() -> Call[bool]:
    """Ask whether jobs can run."""
    return Call("GET", "/health/ready", lambda answer: answer.is_success)


def ready_in_detail() -> Call[Readiness]:
    """Ask whether jobs can run, and with which models."""
    return Call("GET", "/health/ready", readiness)


def _job(answer: httpx.Response) -> Job:
    return Job.parse(_document(answer))


def _page(answer: httpx.Response) -> tuple[list[Job], str | None]:
    page = _document(answer)
    return [Job.parse(entry) for entry in entries(page, "jobs")], page.get("next_cursor")


def _document(answer: httpx.Response) -> dict[str, Any]:
    return document(check(answer))


def _models(answer: httpx.Response) -> list[Model]:
    return [Model.parse(entry) for entry in entries(_document(answer), "models")]


def _picture(answer: httpx.Response) -> bytes:
    if not check(answer).headers.get("Content-Type", "").startswith("image/svg+xml"):
        raise ServiceError(f"{answer.url} did not answer with a picture")
    return answer.content
