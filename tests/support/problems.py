"""Answers that must be problem documents (RFC 9457)."""

from __future__ import annotations

from typing import Any

import httpx


def check_problem(answer: httpx.Response, slug: str, status: int) -> dict[str, Any]:
    """Check that an answer is the problem document asked for, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:certification-service:problem:{slug}"
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text
    return problem
