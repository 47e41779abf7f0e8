"""One place where HTTP answers become the client's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from pydantic import ValidationError

from client.errors import (
    JobNotFound,
    ModelNotFound,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
)
from client.records import Problem

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
    except ValidationError as error:
        raise ServiceError(f"{url} answered with something this client cannot read: {error}") from error


def check(answer: httpx.Response) -> httpx.Response:
    """Return a successful answer; raise the error that any other one stands for."""
    if answer.is_success:
        return answer
    answer.read()
    problem = _problem(answer)
    told = problem.detail or problem.title or answer.reason_phrase
    if answer.status_code in _TRY_LATER:
        raise ServiceUnavailable(told, _retry_after(answer))
    if answer.is_client_error:
        raise _BY_KIND.get(problem.kind, RequestRefused)(problem)
    raise ServiceError(f"{answer.url} answered {answer.status_code}: {told}")


def document(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer; raises ServiceError when it holds none."""
    try:
        data = answer.json()
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise ServiceError(
            f"{answer.url} did not answer with a JSON object; is it the certification service?"
        )
    return data


def _problem(answer: httpx.Response) -> Problem:
    try:
        return Problem.model_validate(answer.json())
    except ValueError:  # a proxy's error page: not JSON, or not a problem
        return Problem(status=answer.status_code, title=answer.reason_phrase)


def _retry_after(answer: httpx.Response) -> float | None:
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None
