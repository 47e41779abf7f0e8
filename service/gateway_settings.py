"""Settings of the gateway: the shared ones of the job store, and every limit on requests."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from jobs.shared_settings import JobsSettings, Seconds

Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.\-\[\]:]+$")]
"""An origin as browsers send it: scheme, host and port, without a path."""
ANY_HOST = "*"
HostName = Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+)$")]
"""A host name or an address without port and brackets, or ``*``."""
OWN_PATHS = ("v1", "health", "metrics", "openapi.json")
"""First parts of the gateway's own paths. A prefix must not begin with one of them."""


@lru_cache(maxsize=32)  # every request asks about its host, and most have the same few
def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address. Of names, only localhost counts; none is looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


LARGEST_PIXEL_LIMIT: Final = 150_000_000
"""Pillow itself refuses images of more than about 179 million pixels."""


class GatewaySettings(JobsSettings):
    """The gateway's address, the models folder, and the limits on requests.

    Every field is read from ``CERTIFY_<NAME>``. The defaults of limits are choices. ``max_held_bytes`` and
    ``max_parallel_decodes`` keep a gateway below 512 MiB: benchmarks/gateway_memory.py measures it, and
    "Sizes" in docs/operations.md adds it up. Larger limits on time, connections and jobs admit more clients,
    and let a greedy one take more from the others.
    """

    host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the gateway listens on.")
    keys_file: Path | None = Field(
        default=None,
        description="File with the hashes of API keys, read again when it changes. Unset: no keys are used.",
    )
    allow_anonymous: bool = Field(
        default=False,
        description="Answer without keys even if other machines can reach the gateway.",
    )
    allowed_hosts: tuple[HostName, ...] = Field(
        default=(),
        description="Host names that are answered, as a JSON list, besides those of this machine "
        '(`localhost`, 127.0.0.1, the address in `CERTIFY_HOST`). `["*"]`: any name. If the list is empty, '
        "any name is answered with keys set up, and none but this machine's without.",
    )
    root_path: str = Field(
        default="",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="Prefix under which a proxy serves the gateway, such as `/certify`. The addresses in "
        "answers begin with it. The proxy may remove it from requests or leave it.",
    )
    metrics_open: bool = Field(
        default=False, description="`/metrics` needs no key, even where keys are set up."
    )
    cors_origins: tuple[Origin, ...] = Field(
        default=(),
        description="Origins whose pages may use the API from a browser, as a JSON list. No others may.",
    )
    page: bool = Field(default=True, description="`/` is a page for people. `false`: it is an unknown path.")
    models_dir: Path = Field(default=Path("models"), description="Directory with one folder for each model.")
    max_body_bytes: int = Field(
        default=16 * 2**20, ge=1024, description="Largest request body, in bytes; a larger one gets 413."
    )
    body_timeout_s: Seconds = Field(
        default=30.0, description="A body that takes longer than this to arrive is refused with 408."
    )
    head_timeout_s: Seconds = Field(
        default=10.0, description="A connection whose request line and headers take longer is closed."
    )
    keep_alive_s: int = Field(
        default=90,
        ge=1,
        description="An idle connection is kept for this many seconds. It must be longer than a proxy keeps "
        "its own (usually 60 or 75), or the proxy sends into a closing connection and answers 502.",
    )
    send_timeout_s: Seconds = Field(
        default=30.0, description="A client that reads nothing of its answer for this long is cut off."
    )
    max_connections: int = Field(
        default=1000,
        ge=1,
        description="Largest number of open connections. Further ones get 503; past twice as many they are "
        "closed without an answer.",
    )
    max_requests: int = Field(
        default=200,
        ge=1,
        description="Requests answered at the same time; further ones get 503. Health checks, event streams "
        "and bodies that are being received are not counted.",
    )
    max_bodies: int = Field(
        default=200,
        ge=1,
        description="Request bodies received at the same time; further ones get 503. One key may hold at "
        "most as many as are left for others. The same holds for event streams and bytes.",
    )
    max_event_streams: int = Field(
        default=200, ge=1, description="Event streams open at the same time; further ones get 503."
    )
    max_held_bytes: int = Field(
        default=56 * 2**20,
        ge=1024,
        description="Bytes of request bodies held in memory at the same time; further bodies get 503.",
    )
    max_active_jobs: int = Field(
        default=1000, ge=1, description="Jobs that have not ended; further submissions get 503."
    )
    max_runs: int = Field(default=1000, ge=1, description="Stored runs; further ones get 503.")
    max_runs_of_a_key: int = Field(
        default=200,
        ge=1,
        description="Stored runs of one owner; further ones get 429. `max_runs` of an entry in the keys file "
        "goes before it. Without keys there is no owner, and `CERTIFY_MAX_RUNS` alone holds.",
    )
    max_run_rows: int = Field(default=100_000, ge=1, description="Rows of one run; further ones get 409.")
    max_stored_bytes: int = Field(
        default=2**30,
        ge=2**20,
        description="Memory that the job store's server may use, in bytes. Above it, submissions get 503.",
    )
    max_pixels: int = Field(
        default=25_000_000,
        ge=1,
        le=LARGEST_PIXEL_LIMIT,
        description="Most pixels of an image; its header is checked before anything is decoded.",
    )
    max_parallel_decodes: int = Field(
        default=2, ge=1, le=64, description="Bodies that are parsed and decoded at the same time."
    )
    max_n: int = Field(
        default=100_000_000, ge=2, description="Largest `n`: evaluations of the base classifier in a job."
    )
    max_n0: int = Field(default=100_000, ge=1, description="Largest `n0`: evaluations to select the class.")
    sigma_min: float = Field(
        default=0.001,
        gt=0,
        allow_inf_nan=False,
        description="Smallest `sigma`, in widths of the model's scale (`high - low`).",
    )
    sigma_max: float = Field(
        default=10.0,
        gt=0,
        allow_inf_nan=False,
        description="Largest `sigma`, in widths of the model's scale (`high - low`).",
    )
    eta_min: float = Field(default=1e-9, gt=0, lt=0.5, description="Smallest `eta`: failure probability.")
    eta_max: float = Field(default=0.5, gt=0, le=0.5, description="Largest `eta`: failure probability.")
    max_page_size: int = Field(default=100, ge=1, le=1000, description="Largest `limit` of a listing.")
    events_interval_s: Seconds = Field(
        default=0.5,
        description="Longest pause between two reads of a job for its event streams, which share each read. "
        "The pause is a tenth of the time that the youngest of them has been open, up to this. The end of a "
        "job is told at once.",
    )
    run_events_interval_s: Seconds = Field(
        default=1.0,
        description="Pause between two reads of a run for its event streams, which share each read.",
    )
    run_events_max_s: Seconds = Field(
        default=3600.0,
        description="An event stream of a run is closed after this long; its reader opens it again, and says "
        "who it is again. A run that expects no number of rows would else be followed for ever.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe messages that are logged."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.sigma_min > self.sigma_max:
            raise ValueError("CERTIFY_SIGMA_MIN must not exceed CERTIFY_SIGMA_MAX")
        if self.eta_min > self.eta_max:
            raise ValueError("CERTIFY_ETA_MIN must not exceed CERTIFY_ETA_MAX")
        if self.max_held_bytes < self.max_body_bytes:
            raise ValueError("CERTIFY_MAX_HELD_BYTES must not be less than CERTIFY_MAX_BODY_BYTES")
        if not (is_loopback(self.host) or self.keys_file is not None or self.allow_anonymous):
            raise ValueError(
                f"other machines can reach {self.host}, and no API keys are set up: set CERTIFY_KEYS_FILE, "
                "or CERTIFY_ALLOW_ANONYMOUS=true if anyone who gets there may use the service"
            )
        if self.keys_file is not None and self.max_held_bytes < 2 * self.max_body_bytes:
            raise ValueError("with keys CERTIFY_MAX_HELD_BYTES must be at least twice CERTIFY_MAX_BODY_BYTES")
        if self.root_path.split("/")[1:2] and self.root_path.split("/")[1] in OWN_PATHS:
            raise ValueError(
                f"CERTIFY_ROOT_PATH must not begin like the gateway's own paths: /{', /'.join(OWN_PATHS)}"
            )
        return self
