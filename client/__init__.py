"""Python client of the certification service, and the ``certify`` command line."""

from client.api import CertificationClient, Parameters
from client.errors import (
    ClientError,
    JobNotFound,
    ModelNotFound,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    WaitTimeout,
)
from client.records import Job, Model, Problem, Progress, State
from client.verification import Verdict, verify

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
    "RequestRefused",
    "ServiceError",
    "ServiceUnavailable",
    "State",
    "Verdict",
    "WaitTimeout",
    "verify",
]
