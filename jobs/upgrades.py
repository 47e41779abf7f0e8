"""Records of earlier releases: how they read in this one, and what becomes of jobs that had not ended.

Version 1: a plan's runtime had no rows, threads or noise; noise on the CPU was NumPy's SFC64 ziggurat; a
job's state was in the field ``state`` of its hash.
Version 2: a plan's runtime names all three; the state is in ``status``. Every script of version 1 looks at
``state`` first, so that a process of that release which wakes late does not reach a job that has begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from certificates.claim import divide_eta
from jobs.errors import UnsupportedRecord
from jobs.spec import RECORD_VERSION, Failure, JobRecord, JobSpec, RunningCertificate

Fields = dict[str, str]
"""The strings of a job's hash."""


VERSION_1_RUNNING_SHARE: Final = 0.01
"""Part of eta, less the charge for discrete noise, that a job of version 1 spent on what it showed early."""


def _from_1_to_2(fields: Fields) -> Fields:
    """Drop the plan: it does not say what drew the noise. An ended job's certificate needs no plan."""
    kept = {name: value for name, value in fields.items() if name not in {"plan", "state"}}
    return {**kept, "status": fields["state"]}


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
    """Return what an unfinished job of version 1 begins again as, or why it cannot.

    Its samples came from another generator, so none of them count and others are drawn. Certificates of both
    draws must together be false with probability at most eta. A job that has shown nothing has spent nothing.
    One that has shown running certificates has spent ``VERSION_1_RUNNING_SHARE`` and, with discrete noise,
    what its noise may differ from the exact law; the rest is left. One that was to stop at a radius may have
    spent all of eta on looking.
    """
    if job.running is None:
        return job.spec
    if job.spec.stop is not None:
        return _lost(job.running, "looked for the radius to stop at", "its eta is spent")
    claim = job.spec.claim()
    left = divide_eta(claim.eta, claim.charge, VERSION_1_RUNNING_SHARE).final
    again = job.spec.model_copy(update={"eta": left})
    if problems := again.claim().problems():
        found = "; ".join(f"{field} {message}" for field, message in problems)
        return _lost(job.running, "ran", f"of its eta {left:.3g} is left, with which {found}")
    return again


def _lost(shown: RunningCertificate, did: str, why: str) -> Failure:
    return Failure(
        type="begun_by_older_release",
        detail=f"the service was upgraded while this job {did}; its samples cannot be continued and {why}. "
        f"It had certified radius {shown.radius:g} with {shown.samples} samples. Submit the request again",
    )
