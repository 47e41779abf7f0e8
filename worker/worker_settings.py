"""Settings of a worker, beside those it shares with the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from jobs.plan import Device
from jobs.shared_settings import JobsSettings, Seconds
from worker.cores import usable_cores


class WorkerSettings(JobsSettings):
    """What a worker computes on, and in what portions. Every field is read from ``CERTIFY_<NAME>``."""

    models_dir: Path = Field(default=Path("models"), description="Directory with one folder a model.")
    device: Device = Field(
        default="cpu", description="Where every model of this worker computes, and nowhere else."
    )
    processes: int = Field(
        default=0,
        ge=0,
        description="Sampling processes; 0: one for each core that affinity and CPU quota leave, divided by "
        "the threads, or one for a GPU.",
    )
    threads: int = Field(
        default=1, ge=1, description="Threads of a forward pass, where a model's manifest names no number."
    )
    kind: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9 ._-]{0,40}$",
        description="Name for this kind of machine. Workers with another never share a job with it: give one "
        "where processors or GPUs differ.",
    )
    begin_jobs: bool = Field(
        default=True,
        description="Whether this worker begins jobs; else it only goes on with those that its runtime "
        "has begun, so that a runtime can be given up without loss.",
    )
    niceness: int = Field(
        default=10,
        ge=0,
        le=19,
        description="How far sampling processes step back behind gateway and server on the same machine.",
    )
    shard_s: Seconds = Field(
        default=1.0, description="Time a shard aims at: what a crash loses, and how fast others get a turn."
    )
    step_limit_s: Seconds = Field(
        default=600.0, description="A step that takes longer is killed, which counts as a failed attempt."
    )
    store_patience: int = Field(
        default=20,
        ge=0,
        description="Times a worker tries again, up to 2 s apart, before a server counts as away.",
    )
    heartbeat_file: Path | None = Field(
        default=None,
        description="File touched at every sign of life, so that a health check need only look at its age.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity of what is logged."
    )

    @property
    def concurrency(self) -> int:
        """Number of sampling processes, worked out."""
        if self.processes:
            return self.processes
        return 1 if self.device == "cuda" else max(1, usable_cores() // self.threads)
