"""Settings of a worker, besides those that it shares with the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from jobs.plan import Device
from jobs.shared_settings import JobsSettings, Seconds
from worker.cores import usable_cores


class WorkerSettings(JobsSettings):
    """The device, processes, threads and times of a worker. Every field is read from ``CERTIFY_<NAME>``."""

    models_dir: Path = Field(default=Path("models"), description="Directory with one folder for each model.")
    device: Device = Field(default="cpu", description="Device on which this worker computes every model.")
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
        description="Name for this kind of machine. Workers with different names never share a job: give "
        "names if machines differ in what the service does not find out itself.",
    )
    begin_jobs: bool = Field(
        default=True,
        description="Whether this worker begins jobs. If not, it only goes on with jobs that its runtime "
        "has begun, so that you can stop using a runtime without losing jobs.",
    )
    niceness: int = Field(
        default=10,
        ge=0,
        le=19,
        description="Niceness of sampling processes: gateway and server on the same machine come first.",
    )
    shard_s: Seconds = Field(
        default=0.75, description="Time that a shard should take. A crash loses it; other jobs wait for it."
    )
    step_limit_s: Seconds = Field(
        default=600.0, description="A step that takes longer is killed; that counts as a failed attempt."
    )
    store_patience: int = Field(
        default=20,
        ge=0,
        description="Times a worker tries again, up to 2 s apart, before a server counts as away.",
    )
    heartbeat_file: Path | None = Field(
        default=None,
        description="File that is touched at every heartbeat, so that a health check can look at its age.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe messages that are logged."
    )

    @property
    def concurrency(self) -> int:
        """Return the number of sampling processes; 0 in the settings is replaced."""
        if self.processes:
            return self.processes
        return 1 if self.device == "cuda" else max(1, usable_cores() // self.threads)
