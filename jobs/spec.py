"""The records that travel between gateway and workers. Every stored record carries a version."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from certificates import Bounds, Certifier

RECORD_VERSION = 1
"""Version of every stored record; a worker refuses records of another version."""

JobId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""128 random bits, URL-safe base64."""


class JobState(StrEnum):
    """Where a job stands. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the job has ended for good."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class Record(BaseModel):
    """Base of stored records: immutable, no unknown fields, finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InputRecord(Record):
    """What is certified: a float32 array in the model's input space, and how it was obtained.

    ``sha256`` is taken over the little-endian, C-ordered float32 bytes.
    """

    shape: tuple[int, ...]
    low: float
    high: float
    sha256: str
    source: Literal["image", "tensor"]
    conversions: tuple[str, ...] = ()


class JobSpec(Record):
    """One certification as accepted: nothing in it changes afterwards.

    ``n`` and ``n0`` count evaluations of the base classifier; ``sigma`` is in input units.
    """

    version: Literal[1] = 1
    model: str
    model_sha256: str
    certifier: Certifier
    bounds: Bounds
    sigma: float
    n: int
    n0: int
    eta: float
    seed: int
    input: InputRecord


class RuntimeIdentity(Record):
    """What really computes the votes. Every shard of a job must run on an equal identity."""

    name: Literal["onnxruntime", "torchscript"]
    version: str
    provider: str
    precision: str


class Plan(Record):
    """What selection fixed for the rest of the job; every worker follows it.

    Noise is drawn in blocks of ``batch`` evaluations; block ``b`` depends on (seed, b) alone.
    Shard ``k`` holds blocks ``k * shard_blocks`` and following, so shards may run anywhere in any order.
    ``target`` is the selected class A and ``label`` its name. ``manifest_sha256`` is taken over the model's
    whole manifest, as its normalisation belongs to the function that is certified.
    """

    version: Literal[1] = 1
    target: int
    label: str
    manifest_sha256: str
    batch: int
    blocks: int
    shard_blocks: int
    runtime: RuntimeIdentity

    @property
    def shards(self) -> int:
        """Number of shards."""
        return -(-self.blocks // self.shard_blocks)

    def shard_samples(self, shard: int, n: int) -> tuple[int, int]:
        """First block and number of evaluations of a shard of a job with ``n`` evaluations."""
        first = shard * self.shard_blocks
        last = min(first + self.shard_blocks, self.blocks)
        return first, min(last * self.batch, n) - first * self.batch


class Failure(Record):
    """Why a job failed: a stable ``type`` and a sentence that says what to do."""

    type: str
    detail: str


class Progress(Record):
    """Evaluations counted so far, of all that were asked for, and their current rate."""

    samples_done: int
    samples_total: int
    samples_per_second: float | None = None


class JobRecord(Record):
    """A job as read from the store. Times are seconds since the epoch (UTC)."""

    id: JobId
    spec: JobSpec
    state: JobState
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    progress: Progress
    plan: Plan | None = None
    certificate: dict[str, object] | None = None
    failure: Failure | None = None
