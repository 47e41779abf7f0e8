"""Decide which host names and which origins of web pages a gateway answers."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from service.gateway_settings import ANY_HOST, GatewaySettings, is_loopback

_PORTS = {"http": 80, "https": 443}
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


class Hosts:
    """Admits or refuses requests by their headers ``Host`` and ``Origin``.

    A malicious web page can make its own host name resolve to this machine (DNS rebinding). Its requests then
    carry that name in ``Host``. So only known names are answered: those of the loopback address, the address
    that the gateway listens on, and the settings' ``allowed_hosts``. If keys are set up and no names are
    listed, any name is answered, because such a page has no key.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self._origins = frozenset(settings.cors_origins)
        self._bound = settings.host.lower()
        self._names = frozenset(name.lower() for name in settings.allowed_hosts)
        self._any = ANY_HOST in self._names or (settings.keys_file is not None and not self._names)

    def knows(self, host: str | None) -> bool:
        """Whether a ``Host`` header is answered. No header is fine: browsers always send one."""
        if host is None or self._any:
            return True
        name = _name(host)
        return is_loopback(name) or name in self._names or self._is_bound(name)

    def admits(self, origin: str | None, scheme: str, host: str | None) -> bool:
        """Whether pages of an origin may send requests: listed origins, and the gateway's own.

        A proxy in front may end TLS, so the gateway's own origin may also have the scheme https.
        """
        if origin is None or origin in self._origins:
            return True
        page, here = _parts(origin), _parts(f"//{host}")
        if host is None or page is None or here is None or page.scheme not in {scheme, "https"}:
            return False
        if page.scheme not in _PORTS or origin != f"{page.scheme}://{page.netloc}":
            return False
        default = _PORTS[page.scheme]
        return (page.hostname, page.port or default) == (here.hostname, here.port or default)

    def _is_bound(self, name: str) -> bool:
        """Whether the gateway listens on this address. If it listens on all, any literal address is fine.

        DNS rebinding needs a name, so a literal address in ``Host`` is safe.
        """
        if self._bound not in _EVERY_ADDRESS:
            return name == self._bound
        try:
            ip_address(name)
        except ValueError:
            return False
        return True


@lru_cache(maxsize=32)  # most requests have the same few
def _name(host: str) -> str:
    """Return the name or address in a ``Host`` header; empty text if there is none."""
    parts = _parts(f"//{host}")
    return "" if parts is None else (parts.hostname or "").removesuffix(".")


def _parts(url: str) -> SplitResult | None:
    """Split an address; None if it lacks a host, has a user, or has a port that is not a number."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and "@" not in parts.netloc else None
