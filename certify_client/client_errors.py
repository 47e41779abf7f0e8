"""The errors that the client raises; all derive from ClientError."""

from __future__ import annotations

from certify_client.problem_documents import Problem


class ClientError(Exception):
    """Base of all errors of the client."""


class UnusableSetting(ClientError, ValueError):
    """The address, the API key, the proxy or a text that was given cannot be used; nothing was sent."""


class ServiceUnavailable(ClientError):
    """The service cannot be reached, or answers that it cannot work now. Trying again later may help.

    ``kind`` is that of the service's problem document, if it answered with one.
    """

    def __init__(self, message: str, retry_after_s: float | None = None, kind: str = "") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.kind = kind


class ServiceError(ClientError):
    """The service failed (5xx), or sent an answer that this client cannot read."""


class RequestRefused(ClientError):
    """The service refused the request; ``problem`` is its problem document (RFC 9457)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class JobNotFound(RequestRefused):
    """The id names no job: it never existed, or it ended so long ago that it is no longer kept."""


class ModelNotFound(RequestRefused):
    """No model of that name is installed."""


class WaitTimeout(ClientError):
    """The job did not end within the time given to ``wait``. It goes on; ask for it by ``job_id``."""

    def __init__(self, job_id: str, timeout_s: float) -> None:
        super().__init__(f"job {job_id} did not end within {timeout_s:g} s; it goes on")
        self.job_id = job_id
