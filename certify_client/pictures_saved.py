"""Write a certificate's picture to a file."""

from __future__ import annotations

from pathlib import Path

from certify_client.api import CertificationClient
from certify_client.bounded_files import UnusableFile
from certify_client.exit_faults import tell
from certify_client.job_following import named
from certify_client.records import Job


def save_picture(client: CertificationClient, job: Job, path: Path | None) -> None:
    """Write the picture of a job's certificate to ``path``, over what is there; nothing without a path.

    A job without a certificate has none, which stderr says. Raises UnusableFile if the file cannot be
    written.
    """
    if path is None:
        return
    if job.stated is None:
        tell(f"there is no certificate, so {path} was not written")
        return
    with named(job.id):
        content = client.picture(job.id)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UnusableFile(f"{path} cannot be written: {error.strerror}") from error
