"""Make a connection from an address, an API key and the proxies of the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from certify_client.client_errors import UnusableSetting

_CONNECT_AGAIN = 2
"""Further tries to connect when the first fails. A choice: a gateway that restarts is away for a moment."""
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Connection:
    """What both kinds of connections are made of, and ``place``: the service's name, without a password."""

    place: str
    url: str
    proxy: httpx.Proxy | None
    more: Mapping[str, Any]

    def blocking(self) -> httpx.Client:
        """Return a connection that waits for each answer. Raises UnusableSetting."""
        with _usable(self.proxy):
            transport = httpx.HTTPTransport(retries=_CONNECT_AGAIN, proxy=self.proxy)
        return httpx.Client(transport=transport, **self.more)

    def concurrent(self) -> httpx.AsyncClient:
        """Return a connection for asyncio. Raises UnusableSetting."""
        with _usable(self.proxy):
            transport = httpx.AsyncHTTPTransport(retries=_CONNECT_AGAIN, proxy=self.proxy)
        return httpx.AsyncClient(transport=transport, **self.more)


def describe(url: str, api_key: str | None, timeout_s: float, proxy: str | None) -> Connection:
    """Describe the connection to the service at ``url``.

    Without ``proxy``, the proxies of ``http_proxy``, ``https_proxy`` and ``all_proxy`` are used, except for
    addresses that ``no_proxy`` names and for this machine. Raises UnusableSetting.
    """
    address = _address(url)
    through = environment_proxy(url) if proxy is None else proxy
    plain = address.copy_with(userinfo=b"")
    named = str(plain).rstrip("/")
    more = {
        "base_url": plain,
        "auth": (address.username, address.password) if address.userinfo and api_key is None else None,
        "headers": _authorization(api_key),
        "timeout": timeout_s,
    }
    place = named if through is None else f"{named} through the proxy {_shown(through)}"
    return Connection(place, named, None if through is None else _proxy(through), more)


def environment_proxy(url: str) -> str | None:
    """Return the proxy that the environment names for an address, unchanged; None if there is none."""
    address, proxies = httpx.URL(url), getproxies()
    named = proxies.get(address.scheme) or proxies.get("all")
    return None if named is None or _goes_direct(address, proxies) else named


def _address(url: str) -> httpx.URL:
    """Parse an address. Messages do not repeat it, since it may hold a password."""
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise UnusableSetting(
            "the service's address cannot be read: it must be like http://127.0.0.1:8000 or "
            "https://HOST, with what is special in a password percent-encoded"
        ) from None
    if address.scheme not in {"http", "https"} or not address.host or (address.port or 0) > _LAST_PORT:
        raise UnusableSetting("the service's address must be like http://127.0.0.1:8000 or https://HOST")
    if address.query or address.fragment or "@" in address.path:
        raise UnusableSetting(
            "the service's address must end with its path, without ?, # or @ there; in a password they are "
            "percent-encoded: %3F, %23 and %40"
        )
    return address


def _authorization(api_key: str | None) -> dict[str, str]:
    """Return the header for an API key. No message shows the key."""
    if api_key is None:
        return {}
    if not (api_key.isascii() and api_key.isprintable() and api_key and " " not in api_key):
        raise UnusableSetting(
            "the API key is not valid: keys are printable ASCII without spaces; "
            "look at CERTIFY_API_KEY, or the file of CERTIFY_API_KEY_FILE or --api-key-file"
        )
    return {"Authorization": f"Bearer {api_key}"}


def _proxy(proxy: str) -> httpx.Proxy:
    try:
        return httpx.Proxy(_with_scheme(proxy))
    except (ValueError, httpx.InvalidURL) as error:
        raise _unusable(proxy) from error


@contextmanager
def _usable(proxy: httpx.Proxy | None) -> Iterator[None]:
    """Turn what httpx raises when a transport is made into UnusableSetting."""
    try:
        yield
    except (ValueError, ImportError) as error:  # ImportError: SOCKS needs another package
        raise _unusable("" if proxy is None else str(proxy.url)) from error
    except OSError as error:
        raise UnusableSetting(f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used: {error.strerror}") from error


def _unusable(proxy: str) -> UnusableSetting:
    return UnusableSetting(f"the proxy {_shown(proxy)} cannot be used: give http://HOST:PORT")


def _goes_direct(address: httpx.URL, proxies: dict[str, str]) -> bool:
    """Whether an address is reached without a proxy: it is this machine, or ``no_proxy`` names it."""
    host = address.host
    number = _number(host)
    if host == "localhost" or host.endswith(".localhost") or (number is not None and number.is_loopback):
        return True
    if any(proxy_bypass(name, proxies) for name in (host, f"{host}:{address.port}")):
        return True
    return number is not None and any(_contains(entry, number) for entry in proxies.get("no", "").split(","))


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _contains(network: str, number: IPv4Address | IPv6Address) -> bool:
    try:
        return number in ip_network(network.strip(), strict=False)
    except ValueError:
        return False


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"


def _shown(proxy: str) -> str:
    """Return a proxy's address without user and password, even if the address is malformed."""
    scheme, _, rest = _with_scheme(proxy).partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
