"""A server that Sentinels watch: whoever connects asks them first which server is the primary now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from jobs.url_parts import TLS_OPTIONS, check_database, options_of, without_secrets

SENTINEL_PORT: Final = 26379
ASK_S: Final = 1.0
"""Longest wait for one Sentinel before the next is asked, in seconds. A choice: they answer from memory."""
_OPTIONS: Final = {
    "master": "[A-Za-z0-9._-]+",
    "sentinel_username": "[^:@/;]+",
    "sentinel_password": ".+",
}
_NODE: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class WatchedServer:
    """The primary that the Sentinels know as ``master``.

    ``sentinels`` are their hosts and ports. ``user`` and ``password`` are for the primary, as in the URL;
    ``sentinel_user`` and ``sentinel_password`` are for the Sentinels. ``tls``: options of connections to both
    over TLS; None without.
    """

    sentinels: tuple[tuple[str, int], ...]
    master: str
    database: int
    user: str | None
    password: str | None
    sentinel_user: str | None
    sentinel_password: str | None
    tls: Mapping[str, object] | None
    redacted: str

    @classmethod
    def read(cls, url: str) -> Self:
        """Read ``sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/0?master=NAME``. Raises ValueError.

        ``sentinels://`` is the same over TLS.
        """
        try:
            parts = urlsplit(url)
        except ValueError:  # its text has a part of the URL in it
            raise ValueError("cannot be read") from None
        check_database(parts.path)
        encrypted = parts.scheme == "sentinels"
        options = options_of(parts, {**_OPTIONS, **TLS_OPTIONS} if encrypted else _OPTIONS)
        if "master" not in options:
            raise ValueError(
                "does not say how the Sentinels call the primary: sentinel://HOST:26379/0?master=NAME"
            )
        account, _, nodes = parts.netloc.rpartition("@")
        user, _, password = account.partition(":")
        return cls(
            sentinels=tuple(_node(text) for text in nodes.split(",")),
            master=options["master"],
            database=int(parts.path.strip("/") or 0),
            user=unquote(user) or None,
            password=unquote(password) or None,
            sentinel_user=options.get("sentinel_username"),
            sentinel_password=options.get("sentinel_password"),
            tls=_tls(options) if encrypted else None,
            redacted=_redacted(parts, options["master"]),
        )

    @property
    def broker_url(self) -> str:
        """Return the URL in Celery's form: one for each Sentinel."""
        secret = "" if self.password is None else f":{quote(self.password, safe='')}"
        account = f"{quote(self.user or '', safe='')}{secret}@" if self.user or secret else ""
        hosts = (f"[{host}]" if ":" in host else host for host, _ in self.sentinels)
        ports = (port for _, port in self.sentinels)
        each = zip(hosts, ports, strict=True)
        return ";".join(f"sentinel://{account}{host}:{port}/{self.database}" for host, port in each)

    @property
    def broker_tls(self) -> Mapping[str, object] | None:
        """Return what Celery must be told of TLS besides the URL; None: nothing."""
        return self.tls

    @property
    def broker_options(self) -> Mapping[str, object]:
        """Return the primary's name, and how the Sentinels are asked."""
        return {"master_name": self.master, "sentinel_kwargs": self._asking()}

    def client(self, *, timeout_s: float, retry: Retry) -> Redis:
        """Open a pool of connections to the primary of the moment; no traffic yet."""
        watch = Sentinel(self.sentinels, sentinel_kwargs=self._asking())  # type: ignore[no-untyped-call]  # untyped in redis-py
        primary: Redis = watch.master_for(  # type: ignore[no-untyped-call]  # as above
            self.master,
            db=self.database,
            username=self.user,
            password=self.password,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            health_check_interval=30,
            retry=retry,
            **self._encrypted(),
        )
        return primary

    def _asking(self) -> dict[str, object]:
        """Return how a Sentinel is asked: once and briefly, since there are others."""
        return {
            "username": self.sentinel_user,
            "password": self.sentinel_password,
            "socket_timeout": ASK_S,
            "socket_connect_timeout": ASK_S,
            "retry": Retry(NoBackoff(), 0),
            **self._encrypted(),
        }

    def _encrypted(self) -> dict[str, object]:
        """Return what makes redis-py use TLS; nothing without."""
        return {} if self.tls is None else {"ssl": True, **self.tls}


def _node(text: str) -> tuple[str, int]:
    found = _NODE.fullmatch(text)
    port = SENTINEL_PORT if found is None or found[3] is None else int(found[3])
    if found is None or not 0 < port < 2**16:
        raise ValueError("must list the Sentinels as HOST:PORT,HOST:PORT")
    return found[1] or found[2], port


def _tls(options: Mapping[str, str]) -> dict[str, object]:
    """Return options of TLS as redis-py takes them. Certificates and host names are checked unless told."""
    given: dict[str, object] = {name: value for name, value in options.items() if name in TLS_OPTIONS}
    checked = str(given.get("ssl_check_hostname", "true")).lower() == "true"
    required = {"ssl_cert_reqs": "required", **given}
    return {**required, "ssl_check_hostname": checked and required["ssl_cert_reqs"] != "none"}


def _redacted(parts: SplitResult, master: str) -> str:
    return without_secrets(parts, urlencode({"master": master}))
