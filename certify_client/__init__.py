"""Python client of the certification service, and the ``certify`` command line.

``certify_client.verification.verify`` checks a certificate; it alone needs SciPy, which loads slowly.
"""

from certify_client.api import CertificationClient, Parameters
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
from certify_client.records import Job, Model, Problem, Progress, Readiness, Running, Standing, State
from certify_client.verdict import UnreadableCertificate, Verdict

__all__ = [
    "CertificationClient",
    "ClientError",
    "Job",
    "JobNotFound",
    "Model",
    "ModelNotFound",
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
    "UnusableSetting",
    "Verdict",
    "WaitTimeout",
]
