"""Settings that gateway and workers share. One prefix, ``CERTIFY_``; nothing is read at import."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from jobs.log_lines import LogFormat
from jobs.server_address import ServerAddress, ServerUrl, address_of

PREFIX: Final = "CERTIFY_"
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
CONFIG: Final = SettingsConfigDict(
    env_prefix=PREFIX,
    frozen=True,
    extra="ignore",
    populate_by_name=True,
    env_ignore_empty=True,
    hide_input_in_errors=True,  # it may be a secret
)
"""Configuration that the settings of all programs share."""


class JobsSettings(BaseSettings):
    """The job store, how long results are kept, and the times after which lost work is done again.

    Every field is read from ``CERTIFY_<NAME>``; the server's URL also from ``REDIS_URL``. The times are
    choices: shorter ones find a lost worker sooner, longer ones tolerate a slower server or network.
    """

    model_config = CONFIG

    redis_url: ServerUrl = Field(
        default="redis://127.0.0.1:6379/0",
        validation_alias=AliasChoices("CERTIFY_REDIS_URL", "REDIS_URL"),
        description="Redis or Valkey server that holds jobs and queue: `redis://`, `rediss://`, `unix://` or "
        "`sentinel://` (over TLS `sentinels://`); see [redis.md](redis.md) and `CERTIFY_DURABILITY`.",
        repr=False,
    )
    durability: Literal["always", "everysec", "none"] = Field(
        default="always",
        description="When the server must have its append-only file on disk, or accept no jobs: at every "
        "command (nothing answered 202 is lost), every second (a power cut may take the jobs of the last "
        "second), or never (a crash may take all jobs).",
    )
    replicas: int = Field(
        default=0,
        ge=0,
        description="How many replicas must have a job before it is answered 202 (`WAIT`); 0: none need have "
        "it. See [redis.md](redis.md).",
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
        default=4.0, description="Longest wait for one answer of the server before it counts as away."
    )
    heartbeat_ttl_s: Seconds = Field(
        default=10.0, description="A worker silent for this long no longer counts as alive."
    )
    stall_s: Seconds = Field(
        default=15.0, description="The watchdog checks a job that has made no progress for this long."
    )
    orphan_s: Seconds = Field(
        default=300.0,
        description="A job whose runtime no live worker has had for this long fails, if others are at work.",
    )
    log_format: LogFormat = Field(
        default="auto",
        description="Lines of the log: `terminal` (to be read), `json` (one object a line), or `auto`: the "
        "first where standard error is a terminal, else the second.",
    )

    @property
    def server(self) -> ServerAddress:
        """Return how store and queue reach the server."""
        return address_of(self.redis_url)


def faults(error: ValidationError | SettingsError, in_words: Callable[[Mapping[str, Any]], str]) -> str:
    """Say which settings are wrong and why, by the names of their variables.

    ``in_words`` says what is wrong with one entry of ``ValidationError.errors``. It gets the value only if
    that is a short word or number and the setting holds no secret.
    """
    if isinstance(error, SettingsError):
        field = _FIELD.search(str(error))
        return f'{_variable(field.groups() if field else ())}must be a list in JSON, such as ["A", "B"]'
    found = error.errors(include_url=False)
    return "; ".join(_variable(fault["loc"]) + in_words(_without_secrets(fault)) for fault in found)


_FIELD: Final = re.compile(r'field "(\w+)"')
_SHOWN: Final = re.compile(r"[A-Za-z0-9._+-]{1,20}")
"""Values that messages may repeat: too short for an API key, and not a URL."""


def _without_secrets(fault: Mapping[str, Any]) -> Mapping[str, Any]:
    location, given = fault["loc"], fault["input"]
    secret = not location or str(location[0]).upper().endswith("REDIS_URL")
    if isinstance(given, str) and _SHOWN.fullmatch(given) and not secret:
        return fault
    return {name: value for name, value in fault.items() if name != "input"}


def _variable(location: tuple[int | str, ...]) -> str:
    """Return the variable of a fault and a colon; empty text for a fault of several settings together."""
    if not location:
        return ""
    name = str(location[0]).upper().removeprefix(PREFIX)
    entry = f" (entry {location[1] + 1})" if len(location) > 1 and isinstance(location[1], int) else ""
    return f"{PREFIX}{name}{' (or REDIS_URL)' if name == 'REDIS_URL' else ''}{entry}: "
