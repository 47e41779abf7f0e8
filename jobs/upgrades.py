"""Records of earlier releases: how they read in this one, and what becomes of jobs that had not ended.

Version 1: a plan's runtime had no rows, threads or noise; noise on the CPU was NumPy's SFC64 ziggurat.
Version 2: a plan's runtime names all three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from certificates.claim import RUNNING_SHARE
from jobs.errors import UnsupportedRecord
from jobs.spec import RECORD_VERSION, Failure, JobRecord, JobSpec

Fields = dict[str, str]
"""The strings of a job's hash."""


def _from_1_to_2(fields: Fields) -> Fields:
    """Drop the plan: it does not say what drew the noise. An ended job's certificate needs no plan."""
    return {name: value for name, value in fields.items() if name != "plan"}


_STEPS: Final[Mapping[int, Callable[[Fields], Fields]]] = MappingProxyType({1: _from_1_to_2})
"""From each version that can still be read to the next."""


def upgraded(job_id: str, stored: Mapping[str, str]) -> Fields:
    """Return a record's fields as this release stores them; what is stored stays as it is.

    Raises UnsupportedRecord for a version that no step leads from, such as that of a later release.
    """
    fields = dict(stored)
    while (version := fields["version"]) != str(RECORD_VERSION):
        step = _STEPS.get(int(version)) if version.isdecimal() else None
        if step is None:
            raise UnsupportedRecord(
                f"job {job_id} is stored in version {version}, this program reads versions "
                f"{min(_STEPS)} to {RECORD_VERSION}: use the release that wrote it, or let the job expire"
            )
        fields = {**step(fields), "version": str(int(version) + 1)}
    return fields


def fresh_start(job: JobRecord) -> JobSpec | Failure:
    """Return what an earlier release's unfinished job begins again as, or why it cannot.

    Its samples came from another generator, so none of them count and others are drawn. Certificates of both
    draws must together be false with probability at most eta. A job that has shown nothing has spent nothing.
    One that has shown running certificates has spent ``RUNNING_SHARE`` of eta: the rest is left. One that was
    to stop at a radius may have spent all of it on looking.
    """
    if job.running is None:
        return job.spec
    if job.spec.stop is not None:
        return Failure(
            type="begun_by_older_release",
            detail="the service was upgraded while this job looked for the radius to stop at; its samples "
            f"cannot be continued and its eta is spent. It had certified radius {job.running.radius:g} "
            f"with {job.running.samples} samples. Submit the request again",
        )
    return job.spec.model_copy(update={"eta": job.spec.eta * (1 - RUNNING_SHARE)})
