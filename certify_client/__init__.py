"""Python client of the certification service, and the ``certify`` command line.

``verification.certificate_check.verify`` checks a certificate; it alone needs SciPy, which loads slowly.
"""

from certify_client.api import CertificationClient
from certify_client.asyncio_api import AsyncCertificationClient
from certify_client.bounded_files import UnusableFile
from certify_client.certificate_records import Certificate
from certify_client.client_errors import (
    ClientError,
    JobNotFound,
    ModelNotFound,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    UnusableSetting,
    WaitTimeout,
)
from certify_client.input_files import Given, input_from
from certify_client.many_jobs import Outcome
from certify_client.parameters import Parameters
from certify_client.problem_documents import Problem
from certify_client.records import Job, Model, Progress, Readiness, Running, Standing, State
from certify_client.verification_records import Verification
from verification.verdict import UnreadableCertificate, Verdict

__all__ = [
    "AsyncCertificationClient",
    "Certificate",
    "CertificationClient",
    "ClientError",
    "Given",
    "Job",
    "JobNotFound",
    "Model",
    "ModelNotFound",
    "Outcome",
    "Parameters",
    "Problem",
    "Progress",
    "Readiness",
    "RequestRefused",
    "Running",
    "ServiceError",
    "ServiceUnavailable",
    "Standing",
    "State",
    "UnreadableCertificate",
    "UnusableFile",
    "UnusableSetting",
    "Verdict",
    "Verification",
    "WaitTimeout",
    "input_from",
]
