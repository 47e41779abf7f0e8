"""The records that travel between gateway and workers. Every stored record carries a version."""

from __future__ import annotations

import hashlib
import json
import math
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from certificates import Bounds, Certifier, Claim, Decision, Noise
from certificates.bounds.discretisation import grid_steps
from jobs.plain_text import plain_text

RECORD_VERSION: Final = 3
"""Version of every stored record: the only one that is read, and raised when what is stored changes."""

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


def _shortest(number: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return str(int(number)) if number.is_integer() else repr(number)


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

    @property
    def scale(self) -> str:
        """The input's scale as answers state it, with all its digits."""
        return f"[{_shortest(self.low)},{_shortest(self.high)}]"


class StopRule(Record):
    """End the job as soon as this much is certified; ``radius`` is in input units."""

    radius: float = Field(gt=0)


class JobSpec(Record):
    """One certification as accepted: nothing in it changes afterwards.

    ``n`` and ``n0`` count evaluations of the base classifier; ``sigma`` is in input units. ``owner`` names
    whose job it is; it is empty where the service asks for no keys.
    """

    model: str
    model_sha256: str
    certifier: Certifier
    bounds: Literal[Bounds.TIGHT, Bounds.PAPER] = Bounds.TIGHT
    decision: Decision = Decision.MAJORITY
    noise: Noise = Noise.GAUSSIAN
    sigma: float
    n: int
    n0: int
    eta: float
    stop: StopRule | None = None
    seed: int
    input: InputRecord
    owner: str = ""

    @property
    def noise_seed(self) -> int:
        """What the noise is drawn from: 256 bits of SHA-256 over what makes this job another than its kin.

        It is taken over the JSON text of [seed, n, n0, stop radius or null, model_sha256, input.sha256],
        without spaces. So no job is the beginning of another, that could be watched and then be asked for,
        and noise that is known fits neither another input nor another model. What is compared on the same
        samples is left out: certifier, bounds, decision, kind of noise, sigma and eta. SECURITY.md says why.
        """
        stop = None if self.stop is None else self.stop.radius
        parts = [self.seed, self.n, self.n0, stop, self.model_sha256, self.input.sha256]
        text = json.dumps(parts, separators=(",", ":"), allow_nan=False)
        return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest(), "big")

    def claim(self) -> Claim:
        """Return what this job is to certify."""
        discrete = self.noise is Noise.DISCRETE
        return Claim(
            certifier=self.certifier,
            bounds=self.bounds,
            sigma=self.sigma,
            eta=self.eta,
            n=self.n,
            d=math.prod(self.input.shape),
            decision=self.decision,
            noise=self.noise,
            grid_steps=grid_steps(self.sigma, self.input.low, self.input.high) if discrete else None,
            stop_radius=None if self.stop is None else self.stop.radius,
        )


class RuntimeIdentity(Record):
    """What draws the noise and computes the votes. Every shard of a job must run on an equal identity.

    ``rows`` are those of every forward pass and ``threads`` what computes it: with either, a classifier's
    scores may differ in their last bits. ``precision`` is what the manifest
    asks for, or the file's own; ``noise`` names the generator of the noise. ``row_scores``: whether a row's
    scores are the same bits at every place of a pass, or equal up to rounding (docs/floating-point.md).
    """

    name: Literal["onnxruntime", "torchscript"]
    version: str
    provider: str
    precision: str
    memory_format: Literal["contiguous", "channels_last"] = "contiguous"
    rows: int = Field(ge=2)
    threads: int = Field(ge=1)
    noise: str
    row_scores: Literal["bit-equal", "equal up to rounding"] = "bit-equal"


class Fleet(Record):
    """What workers must have in common to share a job: all that a runtime's identity says of a worker.

    What else it says follows from the model's manifest and the job's plan, which are the same everywhere.
    Versions are those of the packages; ``noise`` names the generators of every kind of noise; ``machine`` is
    the architecture and ``kind`` the operator's name for the machine, which parts what looks alike.
    """

    device: Literal["cpu", "cuda"]
    onnxruntime: str
    torch: str
    noise: tuple[str, ...]
    machine: str
    kind: str = ""

    @property
    def key(self) -> str:
        """A short name, equal where all fields are: part of the name of the fleet's queue."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @property
    def words(self) -> str:
        """The fleet as people are told of it."""
        kind = f", kind {self.kind}" if self.kind else ""
        versions = f"onnxruntime {self.onnxruntime} and torch {self.torch}"
        return f"{versions} ({self.device}, {self.machine}{kind})"


class Plan(Record):
    """What selection fixed for the rest of the job; every worker follows it.

    Noise is drawn in blocks of ``batch`` evaluations; block ``b`` depends on (noise_seed, b) alone.
    Shard ``k`` holds blocks ``k * shard_blocks`` and following, so shards may run anywhere in any order.
    ``target`` is the selected class A and ``label`` its name. ``manifest_sha256`` is taken over the model's
    whole manifest, as its normalisation belongs to the function that is certified. A block is computed in
    passes of ``runtime.rows`` rows, which divide it. ``fleet`` are the workers that can do so.
    """

    target: int
    label: str
    manifest_sha256: str
    batch: int
    blocks: int
    shard_blocks: int
    runtime: RuntimeIdentity
    fleet: Fleet

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
    """Why a job failed: a stable ``type`` and a sentence that says what to do, in plain text of one line."""

    type: str
    detail: Annotated[str, AfterValidator(plain_text)]


class Progress(Record):
    """Evaluations counted so far, of all that were asked for, and their current rate."""

    samples_done: int
    samples_total: int
    samples_per_second: float | None = None


class RunningCertificate(Record):
    """The largest radius certified so far, in input units, and the evaluations that it rests on.

    It holds whatever comes later: with the job's eta, and together with the job's own certificate.
    """

    radius: float
    samples: int


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
    running: RunningCertificate | None = None
    certificate: dict[str, object] | None = None
    failure: Failure | None = None
