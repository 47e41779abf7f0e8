"""Follow a job for a command, from its submission to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from rich.console import Console

from certify_client import display
from certify_client.api import CertificationClient
from certify_client.client_errors import ServiceUnavailable
from certify_client.exit_faults import tell
from certify_client.input_files import ImageFile, TensorFile
from certify_client.interrupts import Interrupted, Interrupts
from certify_client.parameters import Parameters
from certify_client.records import Job


def run(
    client: CertificationClient,
    given: ImageFile | TensorFile,
    parameters: Parameters,
    timeout_s: float | None,
) -> Job:
    """Submit a job, write its id to stderr, and wait for its end with a live bar.

    Ctrl-C, SIGTERM and SIGHUP cancel the job; it is returned once it is cancelled. A second signal ends the
    command at once with Interrupted.
    """
    with Interrupts() as interrupts:
        with _submission():
            job = client.submit(given, parameters)
        with named(job.id):
            tell(f"job {job.id}")
            try:
                interrupts.release()
                return watch(client, job.id, timeout_s)
            except Interrupted:
                client.cancel(job.id)
                tell(f"job {job.id} is being cancelled")
                interrupts.release()
                return watch(client, job.id, timeout_s)


def watch(client: CertificationClient, job_id: str, timeout_s: float | None) -> Job:
    """Wait for the end of a job with a live bar."""
    with display.progress_bar(Console(stderr=True)) as on_progress:
        return client.wait(job_id, timeout_s=timeout_s, on_progress=on_progress)


@contextmanager
def _submission() -> Iterator[None]:
    """If the answer to a submission was lost, add a note that the job may have been accepted."""
    try:
        yield
    except ServiceUnavailable as fault:
        lost = fault.__cause__
        if lost is not None and not isinstance(lost, httpx.ConnectError | httpx.ConnectTimeout):
            fault.add_note("whether the service accepted the job is not known")
        raise


@contextmanager
def named(job_id: str) -> Iterator[None]:
    """If the block raises, add a note on how to ask for the job again."""
    try:
        yield
    except BaseException as fault:
        fault.add_note(f"'certify show {job_id}' asks for job {job_id} again")
        raise
