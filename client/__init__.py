"""Python client of the certification service, and the ``certify`` command line.

``client.verification.verify`` checks a certificate; it alone needs SciPy, which takes a while to load.
"""

from client.api import CertificationClient, Parameters
from client.errors import (
    ClientError,
    JobNotFound,
    ModelNotFound,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    UnusableSetting,
    WaitTimeout,
)
from client.records import Job, Model, Problem, Progress, Readiness, Running, Standing, State
from client.verdict import UnreadableCertificate, Verdict

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
