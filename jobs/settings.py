"""Settings that gateway and workers share. One prefix, ``CERTIFY_``; nothing is read at import."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class JobsSettings(BaseSettings):
    """Where jobs are stored, how long, and how patiently they are driven on.

    Every field is read from ``CERTIFY_<NAME>``; the server's URL also from ``REDIS_URL``.
    """

    model_config = SettingsConfigDict(
        env_prefix="CERTIFY_", frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        validation_alias=AliasChoices("CERTIFY_REDIS_URL", "REDIS_URL"),
        description="Redis or Valkey server that holds jobs and queue; it must run with AOF on.",
        pattern=r"^(rediss?|unix)://",
    )
    result_ttl_s: Seconds = Field(
        default=7 * 24 * 3600.0, description="How long a job is kept after it has ended."
    )
    visibility_timeout_s: int = Field(
        default=30, ge=2, description="After this time a task whose worker vanished is delivered again."
    )
    max_attempts: int = Field(
        default=5, ge=1, description="A step that dies this many times fails its job instead of looping."
    )
    lease_s: Seconds = Field(
        default=10.0, description="A process silent for this long loses the step it works on to another."
    )
    store_timeout_s: Seconds = Field(
        default=5.0, description="Longest wait for one answer of the server before it counts as away."
    )
    heartbeat_ttl_s: Seconds = Field(
        default=10.0, description="A worker silent for this long no longer counts as alive."
    )
    stall_s: Seconds = Field(
        default=15.0, description="A job without progress for this long is looked at by the watchdog."
    )
    orphan_s: Seconds = Field(
        default=300.0,
        description="A job whose runtime no live worker has had for this long fails, if others are at work.",
    )

    @property
    def broker_url(self) -> str:
        """The same server as Celery names it.

        It has another scheme for sockets and another name for their database; and over TLS it looks at no
        certificate unless it is told to.
        """
        parts = urlsplit(self.redis_url)
        query = dict(parse_qsl(parts.query))
        if parts.scheme == "unix":
            renamed = {"virtual_host" if name == "db" else name: value for name, value in query.items()}
            return f"redis+socket://{parts.netloc}{parts.path}?{urlencode(renamed)}"
        if parts.scheme == "rediss":
            query = {"ssl_cert_reqs": "required", **query}
        return urlunsplit(parts._replace(query=urlencode(query)))

    @property
    def redis_url_redacted(self) -> str:
        """The server's URL without user and password, fit for logs."""
        parts = urlsplit(self.redis_url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))
