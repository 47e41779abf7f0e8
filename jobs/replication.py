"""Write by a script, and wait until enough replicas have what it wrote."""

from __future__ import annotations

from collections.abc import Sequence

from redis import Redis
from redis.commands.core import Script

from jobs.connection import store_errors
from jobs.job_errors import StoreUnavailable
from jobs.shared_settings import JobsSettings

Arguments = Sequence[str | bytes | memoryview | int | float]


def run_replicated(
    client: Redis, script: Script, keys: Sequence[str], args: Arguments, settings: JobsSettings
) -> object:
    """Run a script and return its answer once ``settings.replicas`` replicas have all that came before it.

    Raises StoreUnavailable if they do not have it within ``settings.store_timeout_s``. What the script wrote
    is stored nevertheless, so it must be one that may be run again.
    """
    with store_errors():
        if not settings.replicas:
            return script(keys=keys, args=args)
        with client.pipeline(transaction=False) as pipe:  # one connection: WAIT is about its own writes
            script(keys=keys, args=args, client=pipe)
            pipe.wait(settings.replicas, round(500 * settings.store_timeout_s))  # half of the longest wait
            answer, reached = pipe.execute()
    if reached < settings.replicas:
        raise StoreUnavailable(
            f"the job store cannot be used: {reached} replicas have the job, and CERTIFY_REPLICAS wants "
            f"{settings.replicas}: ask again",
            "too few replicas",
        )
    return answer
