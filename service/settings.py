"""Settings of the gateway: the shared ones of the job store, and every limit on what is accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from jobs.settings import JobsSettings, Seconds
from service.images import LARGEST_PIXEL_LIMIT


class GatewaySettings(JobsSettings):
    """Where the gateway listens, where models lie, and what it accepts.

    Every field is read from ``CERTIFY_<NAME>``.
    """

    host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the gateway listens on.")
    models_dir: Path = Field(default=Path("models"), description="Directory with one folder a model.")
    max_body_bytes: int = Field(
        default=16 * 2**20, ge=1024, description="Largest body of a request, in bytes; past it 413."
    )
    body_timeout_s: Seconds = Field(
        default=30.0, description="A body that takes longer than this to arrive is refused with 408."
    )
    max_pixels: int = Field(
        default=25_000_000,
        ge=1,
        le=LARGEST_PIXEL_LIMIT,
        description="Largest image in pixels, read from its header before anything is decoded.",
    )
    max_parallel_decodes: int = Field(
        default=2, ge=1, le=64, description="Bodies that are parsed and decoded at the same time."
    )
    max_n: int = Field(
        default=100_000_000, ge=2, description="Largest `n`: evaluations of the base classifier a job."
    )
    max_n0: int = Field(default=100_000, ge=1, description="Largest `n0`: evaluations to select the class.")
    sigma_min: float = Field(
        default=0.001, gt=0, allow_inf_nan=False, description="Smallest `sigma`, in input units."
    )
    sigma_max: float = Field(
        default=10.0, gt=0, allow_inf_nan=False, description="Largest `sigma`, in input units."
    )
    eta_min: float = Field(default=1e-9, gt=0, lt=0.5, description="Smallest `eta`: failure probability.")
    eta_max: float = Field(default=0.5, gt=0, le=0.5, description="Largest `eta`: failure probability.")
    max_page_size: int = Field(default=100, ge=1, le=1000, description="Largest `limit` of a listing.")
    events_interval_s: Seconds = Field(
        default=0.5, description="How often a stream of events looks for progress."
    )
    require_aof: bool = Field(
        default=True, description="Readiness fails while the server's append-only file is off."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe messages that are logged."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.sigma_min > self.sigma_max:
            raise ValueError("sigma_min must not exceed sigma_max")
        if self.eta_min > self.eta_max:
            raise ValueError("eta_min must not exceed eta_max")
        return self
