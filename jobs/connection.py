"""Connect to Redis, and turn its errors into StoreUnavailable."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from jobs.job_errors import StoreUnavailable
from jobs.server_faults import cause
from jobs.shared_settings import JobsSettings


def connect(settings: JobsSettings, retries: int = 1, *, through_silence: bool = False) -> Redis:
    """Open a pool of connections; no traffic yet.

    ``retries`` is how often a command is tried again when the connection is lost, with growing pauses of at
    most 2 s. The gateway keeps it small and answers 503; a worker that holds counts keeps trying. If the
    server does not answer for ``store_timeout_s``, no further try is made unless ``through_silence`` is set,
    so that clients of the gateway wait no longer than that.

    A server that has become a read-only replica is left, also without a retry: the next command connects
    anew, and reaches the new primary if the name or the Sentinels lead there.
    """
    lost = (RedisConnectionError, ReadOnlyError)
    silent = (RedisTimeoutError, socket.timeout) if through_silence else ()
    pauses = ExponentialWithJitterBackoff(base=0.05, cap=2.0)
    retry = Retry(pauses, retries=retries, supported_errors=(*lost, *silent))
    return settings.server.client(timeout_s=settings.store_timeout_s, retry=retry)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn every error of the server or of the connection into StoreUnavailable."""
    try:
        yield
    except RedisError as error:
        raise StoreUnavailable(f"the job store cannot be used: {cause(error)}", str(error)) from error
