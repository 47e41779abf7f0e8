"""Checks that schemathesis makes of every answer, beside its own; it imports this module by its name."""

from __future__ import annotations

import re
from typing import Any

import schemathesis
from pydantic import BaseModel, ValidationError
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.core.failures import AcceptedNegativeData, Failure

from service.certification.resources import JobResource, ProgressEvent
from service.http.problems import MEDIA_TYPE, PROBLEMS, URI_PREFIX, Problem
from service.runs.run_resources import RunResource

FIELDS_AT_FAULT = {"invalid-request", "invalid-image", "image-too-large", "invalid-tensor", "model-broken"}
"""Problems that lie in fields of the request, so that the document must name them."""
_OF_A_FILE = re.compile(r"violates `format` at /properties/(image|tensor)/")
EVENTS: dict[str, dict[str, type[BaseModel]]] = {
    "streamCertificationEvents": {"progress": ProgressEvent, "end": JobResource},
    "streamRunEvents": {"progress": RunResource, "end": RunResource},
}
"""What each kind of event holds, by the operation whose stream it is of."""


@schemathesis.hook
def filter_failure(_context: HookContext, failure: Failure, case: Case[Any], _response: Response) -> bool:
    """Drop the finding that broken data was accepted where nothing had been broken.

    An image from the dictionary counts as broken in a form, where its description says no more than `binary`.
    In a chain of requests it is said to violate that format.
    """
    if not isinstance(failure, AcceptedNegativeData) or case.meta is None:
        return True
    if _OF_A_FILE.search(failure.message):
        return False
    return bool(getattr(case.meta.phase.data, "mutations", True))


@schemathesis.check
def errors_are_problem_documents(_context: CheckContext, response: Response, _case: Case[Any]) -> None:
    """Every error is a problem document that agrees with its headers and names the fields at fault."""
    if response.status_code < 400:
        return
    assert _header(response, "content-type") == MEDIA_TYPE, response.text
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError as error:
        raise AssertionError(f"no problem document: {response.text}") from error
    slug = problem.type.removeprefix(URI_PREFIX)
    assert problem.status == response.status_code == PROBLEMS[slug].status
    assert problem.request_id == _header(response, "x-request-id")
    assert problem.detail
    assert "Traceback" not in response.text
    if slug in FIELDS_AT_FAULT:
        assert problem.errors, response.text
        assert all(fault.field and fault.message for fault in problem.errors), response.text


@schemathesis.check
def events_hold_the_documented_data(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """Every event holds what the description says; a client may leave before the last one."""
    if not _header(response, "content-type").startswith("text/event-stream"):
        return
    *events, _ = response.text.replace("\r\n", "\n").split("\n\n")
    assert events, response.text
    documented = EVENTS[case.operation.definition.raw["operationId"]]
    for event in events:
        lines = dict(line.split(": ", 1) for line in event.splitlines() if not line.startswith(":"))
        if lines:
            documented[lines["event"]].model_validate_json(lines["data"])


def _header(response: Response, name: str) -> str:
    return response.headers.get(name, [""])[0]
