"""Where the command looks for the service: address, port, key and proxy, and what is wrong with each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from certify_client import CertificationClient, Parameters, UnusableSetting
from certify_client.server_connection import environment_proxy
from service.auth.keyring import new_key
from tests.certify_client.conftest import Certify
from tests.support.raw_service import http, raw_service

ELSEWHERE = "http://service.invalid:8000"
MODELS = http(b'{"models": [], "models_of": "x"}')


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_port_is_that_of_the_gateway(
    command: Certify, service_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = service_url.rpartition(":")[2]
    monkeypatch.setenv("CERTIFY_PORT", port)
    assert command("models").returncode == 0
    monkeypatch.setenv("CERTIFY_URL", "http://127.0.0.1:1")
    assert command("models").returncode == 6
    monkeypatch.setenv("CERTIFY_URL", "")  # empty counts as unset
    assert command("models").returncode == 0


@pytest.mark.parametrize("port", ["0", "65536", "http", "8000 ", "-1", "٣٤", "9" * 5000])
def test_a_port_that_is_none(command: Certify, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("CERTIFY_PORT", port)
    done = command("models")
    assert (done.returncode, done.stderr) == (2, "CERTIFY_PORT must be a port, 1 to 65535\n")
    assert command("models", "--help").returncode == 0


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8000", "localhost:8000", "localhost", "ftp://host", "http://", "/", "http://a b:x", "\udcff",
     "http://host:99999999", "http://[::1", "http://\n"],
)  # fmt: skip
def test_an_address_that_is_none(command: Certify, url: str) -> None:
    done = command("models", "--url", url)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "the service's address " in done.stderr
    assert len(done.stderr.splitlines()) == 1


SECRET = "vErYsEcReT"  # noqa: S105 - it opens nothing


@pytest.mark.parametrize(
    "key", [f"{SECRET}ключ", f"{SECRET}\n{SECRET}", f"{SECRET} x", f"\x1b{SECRET}", " \n "]
)
def test_a_key_that_is_none(
    command: Certify, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    monkeypatch.setenv("CERTIFY_API_KEY", key)
    path = tmp_path / "key"
    path.write_text(key)
    monkeypatch.setenv("CERTIFY_DEBUG", "1")
    for options in ([], ["--api-key-file", path]):
        done = command("models", "--url", "http://127.0.0.1:1", *options)
        assert done.returncode == 2
        assert "the API key is not valid" in done.stderr
        assert SECRET not in done.stderr


def test_a_key_file_of_another_encoding(command: Certify, tmp_path: Path) -> None:
    key = new_key()
    path = tmp_path / "key"
    path.write_text(key + "\r\n", encoding="utf-8-sig")
    with raw_service(MODELS) as service:
        command("models", "--url", service.url, "--api-key-file", path)
        assert service.authorizations[0] == f"Bearer {key}"
        path.write_bytes(b"\xff\xfe" + key.encode("utf-16-le"))
        assert command("models", "--url", service.url, "--api-key-file", path).returncode == 2
        path.write_bytes(b"k" * 5000)
        assert command("models", "--url", service.url, "--api-key-file", path).returncode == 2


def test_a_password_in_an_address_is_used_and_never_shown(command: Certify) -> None:
    done = command("models", "--url", f"http://me:{SECRET}@127.0.0.1:1")
    assert done.returncode == 6
    assert SECRET not in done.stderr
    with raw_service(http(b"<html>")) as service:
        done = command("models", "--url", service.url.replace("//", f"//me:{SECRET}@"))
        assert service.authorizations == ["Basic bWU6dkVyWXNFY1JlVA=="]
    assert SECRET not in done.stderr


def test_requests_go_through_the_environment_s_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_service(MODELS) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", f"//me:{SECRET}@"))
        with CertificationClient(ELSEWHERE) as client:
            assert client.models() == []
    assert proxy.asked == ["GET http://service.invalid:8000/v1/models HTTP/1.1"]
    assert proxy.authorizations == ["Basic bWU6dkVyWXNFY1JlVA=="]


def test_this_machine_is_reached_without_a_proxy_unless_one_is_asked_for(
    certify: Certify, service_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with raw_service(MODELS) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert certify("models").returncode == 0
        assert proxy.asked == []
        certify("models", "--proxy", proxy.url)
        assert proxy.asked[0] == f"GET {service_url}/v1/models HTTP/1.1"


@pytest.mark.parametrize(
    ("url", "no_proxy", "direct"),
    [
        ("http://service.invalid", "", False),
        ("http://service.invalid", "service.invalid", True),
        ("http://service.invalid", "other.invalid, .invalid", True),
        ("http://myservice.invalid", "service.invalid", False),
        ("http://service.invalid:8000", "service.invalid:8000", True),
        ("http://service.invalid:8000", "service.invalid:8001", False),
        ("http://service.invalid", "*", True),
        ("http://10.1.2.3:8000", "10.0.0.0/8", True),
        ("http://11.1.2.3:8000", "10.0.0.0/8,fd00::/8", False),
        ("http://[fd00::1]:8000", "fd00::/8", True),
        ("http://127.0.0.1:8000", "", True),
        ("http://127.3.2.1", "", True),
        ("http://[::1]:8000", "", True),
        ("http://localhost:8000", "", True),
        ("http://a.localhost", "", True),
        ("http://localhost.invalid", "", False),
        ("https://service.invalid", "", True),  # only http has a proxy here
    ],
)
def test_what_goes_direct(monkeypatch: pytest.MonkeyPatch, url: str, no_proxy: str, direct: bool) -> None:
    monkeypatch.setenv("http_proxy", "proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", no_proxy)
    assert environment_proxy(url) == (None if direct else "proxy.invalid:3128")


def test_https_has_a_proxy_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://secure.invalid")
    monkeypatch.setenv("ALL_PROXY", "http://any.invalid")
    assert environment_proxy("https://service.invalid") == "http://secure.invalid"
    assert environment_proxy("http://service.invalid") == "http://any.invalid"


def test_a_proxy_that_fails_is_named(command: Certify, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:{SECRET}@127.0.0.1:1")
    done = command("models", "--url", ELSEWHERE)
    assert done.returncode == 6
    assert done.stderr.startswith(f"no answer from {ELSEWHERE} through the proxy http://127.0.0.1:1: ")
    with raw_service(http(b"", status="407 Proxy Authentication Required")) as proxy:
        done = command("models", "--url", ELSEWHERE, "--proxy", proxy.url)
    assert done.returncode == 6
    assert "the proxy asks for a user name and a password" in done.stderr


@pytest.mark.parametrize("proxy", ["ftp://me:S@host", "socks5://me:S@host", "http://me:S@host:port"])
def test_a_proxy_that_is_none(command: Certify, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("CERTIFY_PROXY", proxy.replace("S", SECRET))
    done = command("models", "--url", ELSEWHERE)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be used: give http://HOST:PORT" in done.stderr
    assert SECRET not in done.stderr


def test_certificates_of_authorities_that_are_not_there(
    command: Certify, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
    done = command("models", "--url", "https://127.0.0.1:1")
    assert done.returncode in {2, 6}
    assert len(done.stderr.splitlines()) == 1


def test_text_that_is_none(certify: Certify, digit: Path, service_url: str) -> None:
    done = certify(digit, "--model", "\udcff")
    assert (done.returncode, done.stdout) == (2, "")
    assert "characters that UTF-8 cannot express" in done.stderr
    assert certify("show", "\udcff").returncode == 2
    with CertificationClient(service_url) as client, pytest.raises(UnusableSetting):
        client.submit(np.array([0.0, 0.0]), Parameters("\udcff"))


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999", "much", ""])
def test_numbers_that_are_none(command: Certify, point: Path, number: str) -> None:
    for option in ("--sigma", "--eta", "--stop-radius", "--timeout"):
        done = command(point, "--model", "half-space", f"{option}={number}", "--url", "http://127.0.0.1:1")
        assert (done.returncode, done.stdout) == (2, "")
        assert "is not a finite number" in done.stderr
