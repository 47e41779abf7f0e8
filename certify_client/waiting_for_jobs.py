"""Wait for the end of one job."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from certify_client import calls
from certify_client.client_errors import ServiceUnavailable, WaitTimeout
from certify_client.client_steps import Pause, Steps
from certify_client.records import Job

FIRST_DELAY_S: Final = 0.02
LONGEST_DELAY_S: Final = 0.5
"""The pause between two reads of a job doubles between these. A choice: a short job is told of at once, and a
long one costs the service two reads a second."""
_LEAST_TIMEOUT_S: Final = 1.0
"""Each answer may take at least this long, even if less than that is left of the whole waiting time."""


def waiting(
    job_id: str,
    answer_s: float,
    timeout_s: float | None,
    patience_s: float,
    on_progress: Callable[[Job], None] | None,
) -> Steps[Job]:
    """Read the job until it has ended. Each answer may take ``answer_s``; the rest as the clients say."""
    started = last_answer = time.monotonic()
    delay_s = FIRST_DELAY_S
    while True:
        try:
            left_s = math.inf if timeout_s is None else started + timeout_s - time.monotonic()
            job: Job = yield calls.get(job_id, min(answer_s, max(left_s, _LEAST_TIMEOUT_S)))
        except ServiceUnavailable:
            if time.monotonic() - last_answer > patience_s:
                raise
        else:
            last_answer = time.monotonic()
            if on_progress is not None:
                on_progress(job)
            if job.status.is_final:
                return job
        if timeout_s is not None and time.monotonic() - started >= timeout_s:
            raise WaitTimeout(job_id, timeout_s)
        yield Pause(delay_s)
        delay_s = min(2 * delay_s, LONGEST_DELAY_S)
