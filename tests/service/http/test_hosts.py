"""Host names that are answered, and pages of the gateway's own origin, which are not foreign."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from service.gateway_settings import GatewaySettings
from service.http.hosts import Hosts
from tests.service.conftest import GatewayWith
from tests.support.gateway import Gateway
from tests.support.problems import check_problem

KEYS = Path("keys.toml")
LOCAL = ["localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1:8000", "127.8.8.8", "[::1]:8000"]
FOREIGN = ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "", ":80"]
ODD = ["[::1", "user@localhost", "localhost:port", "localhost:99999999", "local host"]


def everywhere(*hosts: str, keys: Path | None = None) -> Hosts:
    """A gateway that listens on every address, as in a container."""
    settings = GatewaySettings(host="0.0.0.0", allow_anonymous=True, allowed_hosts=hosts, keys_file=keys)
    return Hosts(settings)


@pytest.mark.parametrize("hosts", [Hosts(GatewaySettings()), everywhere(), everywhere("gateway")])
def test_without_keys_names_of_this_machine_alone_are_answered(hosts: Hosts) -> None:
    assert [name for name in LOCAL if not hosts.knows(name)] == []
    assert [name for name in [*FOREIGN, *ODD] if hosts.knows(name)] == []


def test_listed_names_are_answered_whoever_may_come() -> None:
    hosts = everywhere("gateway", "Lab.example")
    assert hosts.knows("gateway:8000")
    assert hosts.knows("LAB.example")
    assert not hosts.knows("sub.lab.example")


def test_an_address_that_the_gateway_listens_on_is_answered() -> None:
    """A page can make a name resolve to this machine; it cannot forge an address."""
    assert everywhere().knows("192.0.2.7:8000")
    assert everywhere().knows("[2001:db8::1]")
    bound = Hosts(GatewaySettings(host="192.0.2.7", allow_anonymous=True))
    assert bound.knows("192.0.2.7:8000")
    assert not bound.knows("192.0.2.8:8000")
    assert not Hosts(GatewaySettings()).knows("192.0.2.7")


def test_with_keys_any_name_is_answered_unless_names_are_listed() -> None:
    assert everywhere(keys=KEYS).knows("anything.example")
    assert not everywhere("lab.example", keys=KEYS).knows("anything.example")
    assert everywhere("*").knows("anything.example")


@pytest.mark.parametrize("name", ["lab.example:8000", "http://lab.example", "*.example", "a b", ""])
def test_a_setting_that_can_be_no_host_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="allowed_hosts"):
        GatewaySettings(allowed_hosts=(name,))


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "admitted"),
    [
        ("http://localhost:8000", "http", "localhost:8000", True),
        ("http://LOCALHOST:8000", "http", "localhost:8000", True),
        ("http://localhost", "http", "localhost:80", True),
        ("https://lab.example", "http", "lab.example", True),
        ("https://lab.example:443", "https", "lab.example", True),
        ("http://[::1]:8000", "http", "[::1]:8000", True),
        ("http://lab.example", "https", "lab.example", False),
        ("http://localhost:3000", "http", "localhost:8000", False),
        ("http://localhost", "http", "localhost:8000", False),
        ("http://127.0.0.1:8000", "http", "localhost:8000", False),
        ("http://evil.example", "http", "localhost:8000", False),
        ("http://localhost:8000/path", "http", "localhost:8000", False),
        ("http://user@localhost:8000", "http", "localhost:8000", False),
        ("ftp://localhost:8000", "http", "localhost:8000", False),
        ("null", "http", "localhost:8000", False),
        ("", "http", "localhost:8000", False),
        ("http://localhost:8000", "http", None, False),
    ],
)
def test_an_origin_is_the_gateways_own_if_scheme_host_and_port_are(
    origin: str, scheme: str, host: str | None, admitted: bool
) -> None:
    assert Hosts(GatewaySettings()).admits(origin, scheme, host) is admitted


def test_a_page_of_the_gateways_own_origin_may_use_it(gateway: Gateway) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(method, f"{gateway.url}/v1/certifications", headers={"Origin": gateway.url})
        assert answer.status_code != 403
        assert "access-control-allow-origin" not in answer.headers


def test_a_page_that_brings_its_own_name_here_is_refused_though_both_names_agree(gateway: Gateway) -> None:
    name = f"evil.example:{gateway.port}"
    answer = httpx.get(f"{gateway.url}/v1/certifications", headers={"Host": name, "Origin": f"http://{name}"})
    assert "CERTIFY_ALLOWED_HOSTS" in check_problem(answer, "origin-not-allowed", 403)["detail"]


def test_leave_to_come_without_a_key_is_no_leave_to_come_under_any_name(gateway_with: GatewayWith) -> None:
    """As in compose: every address of the container, no keys, and two names."""
    with gateway_with(host="0.0.0.0", allow_anonymous=True, allowed_hosts='["gateway"]') as open_gateway:
        for name in ("localhost:8000", "127.0.0.1:8000", "gateway:8000"):
            answer = httpx.get(f"{open_gateway.url}/v1/certifications", headers={"Host": name})
            assert answer.status_code == 200
        answer = httpx.get(f"{open_gateway.url}/v1/certifications", headers={"Host": "evil.example"})
        check_problem(answer, "origin-not-allowed", 403)
