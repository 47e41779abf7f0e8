"""Find the caller of a request from the API key, and limit requests a minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from service.auth.keyring import LONGEST_KEY, KeyEntry, Keyring, KeysFileError
from service.http.problems import ProblemError

_logger = logging.getLogger(__name__)
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class Caller:
    """The sender of a request. ``owner`` is empty if no keys are set up; a limit of None is not set."""

    owner: str = ""
    max_active_jobs: int | None = None
    max_n: int | None = None
    max_runs: int | None = None


@dataclass(slots=True)
class _Bucket:
    """A token bucket: the requests that an owner may still make. It refills evenly."""

    left: float
    filled_at: float


@dataclass(slots=True)
class Access:
    """Admits callers by their keys and limits each owner's requests a minute; without a keyring, anyone.

    Each gateway counts for itself, so an owner may make that many requests a minute at each of them.
    """

    keyring: Keyring | None
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def admit(self, key: str | None) -> Caller:
        """Return the caller of a request. Raises ProblemError ``unauthorized`` or ``too-many-requests``."""
        if self.keyring is None:
            return Caller()
        if not key or len(key) > LONGEST_KEY:
            raise _unauthorized("Send an API key: `Authorization: Bearer KEY`.")
        try:
            entry = self.keyring.find(key)
        except KeysFileError as error:
            _logger.error("%s", error)  # noqa: TRY400 - an operator's mistake, not a defect, so no traceback
            detail = "The keys file cannot be read, so nobody is admitted. The gateway's log says why."
            raise ProblemError("not-ready", detail) from error
        if entry is None:
            raise _unauthorized("This API key is not known here, or not any more.")
        self._count(entry)
        return Caller(entry.name, entry.max_active_jobs, entry.max_n, entry.max_runs)

    def _count(self, entry: KeyEntry) -> None:
        if entry.requests_per_minute is None:
            return
        now, most = self.clock(), float(entry.requests_per_minute)
        bucket = self._buckets.setdefault(entry.name, _Bucket(most, now))
        bucket.left = min(most, bucket.left + (now - bucket.filled_at) * most / 60)
        bucket.filled_at = now
        if bucket.left < 1:
            wait_s = int((1 - bucket.left) * 60 / most) + 1
            detail = f"This key may make {entry.requests_per_minute} requests a minute."
            raise ProblemError("too-many-requests", detail, headers={"Retry-After": str(wait_s)})
        bucket.left -= 1


def _unauthorized(detail: str) -> ProblemError:
    return ProblemError("unauthorized", detail, headers=_CHALLENGE)
