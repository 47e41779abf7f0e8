"""The one place that turns every fault into a sentence on stderr and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import httpx
import typer
from rich.console import Console

from certify_client.bounded_files import UnusableFile
from certify_client.client_errors import (
    ClientError,
    RequestRefused,
    ServiceUnavailable,
    UnusableSetting,
    WaitTimeout,
)
from certify_client.interrupts import Interrupted
from certify_client.output_streams import OutputLost, printable
from verification.verdict import UnreadableCertificate


class Exit(IntEnum):
    """Exit status of ``certify``. If a signal ends it, the status is 128 plus the signal's number."""

    CERTIFIED = 0
    CLAIM_DOES_NOT_HOLD = 1
    REFUSED = 2
    ABSTAINED = 3
    FAILED = 4
    CANCELLED = 5
    UNAVAILABLE = 6
    TIMED_OUT = 7
    OUTPUT_LOST = 8
    DEFECT = 9


EXIT_STATUS = (
    "Exit status: 0 certified (or: the claim holds), 1 the claim does not hold, 2 wrong usage, unusable file "
    "or refused request, 3 abstained, 4 the job failed, 5 cancelled, 6 no usable answer from the service, "
    "7 not ended in time, 8 the output could not be written, 9 a defect of certify, 130, 143 or 129 ended by "
    "Ctrl-C, SIGTERM or SIGHUP."
)

_NO_SERVICE = (
    "Is a service running there? 'make serve' starts one on this machine; --url or CERTIFY_URL names another."
)

_STATUS: tuple[tuple[type[Exception], Exit], ...] = (
    (RequestRefused, Exit.REFUSED),
    (UnusableFile, Exit.REFUSED),
    (UnusableSetting, Exit.REFUSED),
    (UnreadableCertificate, Exit.REFUSED),
    (WaitTimeout, Exit.TIMED_OUT),
    (ClientError, Exit.UNAVAILABLE),
    (OutputLost, Exit.OUTPUT_LOST),
)


@contextmanager
def faults_end_the_command() -> Iterator[None]:
    """If the block raises, write a sentence to stderr and end the command with the status of that fault.

    With ``CERTIFY_DEBUG`` set, the traceback is shown too. Notes of the exception follow the sentence.
    """
    try:
        yield
    except (Exception, Interrupted, KeyboardInterrupt) as fault:
        if isinstance(fault, typer.Exit):
            raise
        raise typer.Exit(report(fault)) from None


def report(fault: BaseException) -> int:
    """Say on stderr what went wrong, and return the exit status."""
    if os.environ.get("CERTIFY_DEBUG"):
        traceback.print_exception(fault, file=sys.stderr)
    lines = [_sentence(fault), *getattr(fault, "__notes__", ())]
    tell(printable("\n".join(lines)), style="red")
    return _status(fault)


def tell(message: str, style: str = "") -> None:
    """Write a message to stderr; nothing in it is taken for markup."""
    console = Console(stderr=True)
    console.print(message, style=style, markup=False, highlight=False, emoji=False, soft_wrap=True)


def _sentence(fault: BaseException) -> str:
    if isinstance(fault, ServiceUnavailable) and isinstance(fault.__cause__, httpx.ConnectError):
        return f"{fault}\n{_NO_SERVICE}"
    if isinstance(fault, RequestRefused):
        told = [f"{error.field}: {error.message}" for error in fault.problem.errors] or [str(fault)]
        return "refused: " + "\n         ".join(told).replace("GET /v1/models", "'certify models'")
    if isinstance(fault, KeyboardInterrupt):
        return "ended by Ctrl-C"
    if isinstance(fault, MemoryError):
        return "there is not enough memory for this"
    if isinstance(fault, (Interrupted, *(kind for kind, _ in _STATUS))):
        return str(fault)
    return (
        f"certify has a defect and says nothing about any certificate: {type(fault).__name__}: {fault}\n"
        "CERTIFY_DEBUG=1 shows where it happened"
    )


def _status(fault: BaseException) -> int:
    if isinstance(fault, Interrupted):
        return fault.status
    if isinstance(fault, KeyboardInterrupt):
        return Interrupted.STATUS_OF_CTRL_C
    return next((status for kind, status in _STATUS if isinstance(fault, kind)), Exit.DEFECT)
