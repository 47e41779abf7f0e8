"""The one place that turns HTTP answers into the client's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
from pydantic import ValidationError

from certify_client.client_errors import (
    JobNotFound,
    ModelNotFound,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    UnusableSetting,
)
from certify_client.problem_documents import Problem
from certify_client.records import Readiness

EVENTS_SILENCE: Final = httpx.Timeout(60.0)
"""A stream of events is given up after this silence: the service sends a heartbeat every 15 seconds."""
_TRY_LATER = (429, 502, 503, 504)
_BY_KIND: dict[str, type[RequestRefused]] = {"job-not-found": JobNotFound, "model-not-found": ModelNotFound}


@contextmanager
def service_errors(url: str) -> Iterator[None]:
    """Turn what httpx and pydantic raise inside the block into the client's own errors."""
    try:
        yield
    except httpx.TransportError as error:
        raise ServiceUnavailable(f"no answer from {url}: {error or type(error).__name__}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServiceError(f"no usable answer from {url}: {error}") from error
    except UnicodeEncodeError as error:
        raise UnusableSetting("what was given holds characters that UTF-8 cannot express") from error
    except ValidationError as error:
        raise ServiceError(
            f"{url} answered with something this client cannot read: {_first(error)}"
        ) from error


def check(answer: httpx.Response) -> httpx.Response:
    """Return a successful answer; raise the client's error for any other, whose body has been read."""
    if answer.is_success:
        return answer
    problem = _problem(answer)
    told = problem.detail or problem.title or answer.reason_phrase
    if answer.status_code == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        raise ServiceUnavailable(
            "the proxy asks for a user name and a password: http://USER:PASSWORD@HOST:PORT"
        )
    if answer.status_code in _TRY_LATER:
        raise ServiceUnavailable(told, _retry_after(answer), problem.kind)
    if answer.is_client_error:
        raise _BY_KIND.get(problem.kind, RequestRefused)(problem)
    raise ServiceError(f"{answer.url} answered {answer.status_code}: {told}")


def document(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer; raises ServiceError when it holds none."""
    data = _json(answer)
    if not isinstance(data, dict):
        raise ServiceError(
            f"{answer.url} did not answer with a JSON object; is it the certification service?"
        )
    return data


def entries(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a list of objects that an answer holds; raises ServiceError when it does not."""
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ServiceError(f"the answer holds no list of {name}; is it from the certification service?")
    return found


def readiness(answer: httpx.Response) -> Readiness:
    """Read readiness from a 200, or from the 503 whose problem document has the same members."""
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "missing" in answer.text:
        return Readiness.model_validate(document(answer))
    return Readiness.model_validate(document(check(answer)))


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _problem(answer: httpx.Response) -> Problem:
    try:
        return Problem.model_validate(_json(answer))
    except ValidationError:  # a proxy's error page: not JSON, or not a problem
        return Problem(status=answer.status_code, title=answer.reason_phrase)


def _first(error: ValidationError) -> str:
    """Say in one line what pydantic found first."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"


def _retry_after(answer: httpx.Response) -> float | None:
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None
