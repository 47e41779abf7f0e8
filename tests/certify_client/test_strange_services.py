"""What answers is not the service, or a broken one: exit status 6 and one sentence, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from certify_client import CertificationClient, ServiceError, ServiceUnavailable, State
from tests.certify_client.conftest import Certify
from tests.support.raw_service import http, raw_service

HTML = b"<html><body>Welcome to my router</body></html>"

STRANGE = {
    "HTML": (http(HTML, kind="text/html"), "is it the certification service?"),
    "HTML error": (http(HTML, status="500 Oops", kind="text/html"), "answered 500: Oops"),
    "no gateway": (http(HTML, status="502 Bad Gateway", kind="text/html"), "Bad Gateway"),
    "elsewhere": (http(b"", status="302 Found"), "answered 302"),
    "another service": (http(b'{"ok": true}'), "the certification service?"),
    "a list": (http(b"[]"), "did not answer with a JSON object"),
    "odd models": (http(b'{"models": 3, "jobs": [4]}'), "holds no list of "),
    "deep JSON": (http(b"[" * 100_000), "did not answer with a JSON object"),
    "no text": (http(b"\xff\xfe\xfd"), "did not answer with a JSON object"),
    "cut off": (http(b'{"models"', length=1000), "no answer from http://127.0.0.1:"),
    "not HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", "no answer from http://127.0.0.1:"),
    "nothing": (b"", "no answer from http://127.0.0.1:"),
    "bad compression": (
        http(b"not gzip", kind="application/json\r\nContent-Encoding: gzip"),
        "no usable answer from http://127.0.0.1:",
    ),
}


@pytest.mark.parametrize(("answer", "said"), STRANGE.values(), ids=STRANGE)
def test_not_the_service(command: Certify, digit: Path, answer: bytes, said: str) -> None:
    with raw_service(answer) as service:
        for arguments in ((digit, "--model", "mnist"), ("models",)):
            done = command(*arguments, "--url", service.url)
            assert (done.returncode, done.stdout) == (6, ""), done.stderr
            assert len(done.stderr.splitlines()) == 1 + ("is not known" in done.stderr)
        assert said in done.stderr
        with CertificationClient(service.url) as client:
            with pytest.raises(Exception, match=r".") as caught:
                list(client.jobs())
            assert type(caught.value).__module__ == "certify_client.client_errors"


@pytest.mark.parametrize("problem", [b"5", b"{}", b'{"status": "x"}', b"[" * 100_000, HTML])
def test_a_refusal_without_a_problem_document(command: Certify, problem: bytes) -> None:
    with raw_service(http(problem, status="418 Teapot")) as service:
        done = command("models", "--url", service.url)
    assert (done.returncode, done.stderr) == (2, "refused: Teapot\n")


def test_whether_a_job_was_accepted_may_be_unknown(command: Certify, digit: Path) -> None:
    unknown = "\nwhether the service accepted the job is not known\n"
    with raw_service(b"") as service:
        done = command(digit, "--model", "mnist", "--url", service.url)
        assert (done.returncode, done.stderr.endswith(unknown)) == (6, True)
        service.answer = http(b"{}", status="503 Service Unavailable")  # it says that it did not
        assert "not known" not in command(digit, "--model", "mnist", "--url", service.url).stderr
    assert "not known" not in command(digit, "--model", "mnist", "--url", service.url).stderr


def test_a_stream_that_breaks_off() -> None:
    told = b'data: {"id": "x", "status": "running", "progress": {"samples_total": 1}}\n\n'
    with (
        raw_service(http(told, kind="text/event-stream", length=1000)) as service,
        CertificationClient(service.url) as client,
    ):
        events = client.events("x")
        assert next(events).status is State.RUNNING
        with pytest.raises(ServiceUnavailable, match="no answer from"):
            next(events)


def job(**changed: Any) -> bytes:
    told = {"id": "AAAAAAAAAAAAAAAAAAAAAA", "status": "succeeded", "progress": {"samples_total": 1}}
    return http(json.dumps(told | changed).encode())


@pytest.mark.parametrize("certificate", [{}, {"abstained": False}, {"abstained": True, "prediction": 3}])
def test_a_certificate_of_another_kind(command: Certify, certificate: dict[str, Any]) -> None:
    with raw_service(job(certificate={"of": "another kind"} | certificate)) as service:
        done = command("show", "AAAAAAAAAAAAAAAAAAAAAA", "--url", service.url)
    assert (done.returncode, done.stdout) == (6, ""), done.stderr
    assert "--json prints it as it is" in done.stderr
    assert "'certify show AAAAAAAAAAAAAAAAAAAAAA'" in done.stderr


def test_what_a_service_says_does_not_steer_the_terminal(command: Certify) -> None:
    failure = {"type": "worker-error", "detail": "\x1b[2Jgone\x9b31m :cat: [red]"}
    with raw_service(job(status="failed", failure=failure)) as service:
        done = command("show", "AAAAAAAAAAAAAAAAAAAAAA", "--url", service.url)
    assert done.returncode == 4
    assert "\N{REPLACEMENT CHARACTER}[2Jgone\N{REPLACEMENT CHARACTER}31m :cat: [red]" in done.stdout


def test_an_answer_that_is_no_job_is_said_in_one_line() -> None:
    with raw_service(job(status="lost")) as service, CertificationClient(service.url) as client:
        with pytest.raises(ServiceError, match="cannot read: status: Input should be") as caught:
            client.get("AAAAAAAAAAAAAAAAAAAAAA")
        assert "\n" not in str(caught.value)
