"""The plan that selection fixes for the rest of a job, and the workers that can go on with it."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from certificates import Weights
from jobs.record_base import Record


class Computation(Record):
    """What computes the votes, of a runtime that has loaded a model.

    ``rows`` are those of every forward pass and ``threads`` what computes it: with either, a classifier's
    scores may differ in their last bits. ``precision`` is what the manifest asks for, or the file's own.
    ``row_scores``: whether a row's scores are the same bits at every place of a pass, or equal up to rounding
    (docs/floating-point.md).
    """

    name: str
    version: str
    provider: str
    precision: str
    memory_format: Literal["contiguous", "channels_last"] = "contiguous"
    rows: int = Field(ge=2)
    threads: int = Field(ge=1)
    row_scores: Literal["bit-equal", "equal up to rounding"] = "bit-equal"


class RuntimeIdentity(Computation):
    """What draws the noise and computes the votes. Every shard of a job must run on an equal identity.

    ``noise`` names the generator of the noise.
    """

    noise: str


Device = Literal["cpu", "cuda"]
"""The kind of device on which a worker computes."""


class Fleet(Record):
    """What workers must have in common to share a job: all that a runtime's identity says of a worker.

    What else it says follows from the model's manifest and the job's plan, which are the same everywhere.
    ``versions`` are those of the packages that compute, by package; ``noise`` names the generators of every
    law of noise; ``machine`` is the architecture, ``processor`` the model of what computes, as far as it is
    known, and ``kind`` the operator's name for the machine, which parts what looks alike.
    """

    device: Device
    versions: Annotated[dict[str, str], Field(min_length=1)]
    noise: tuple[str, ...]
    machine: str
    processor: str = ""
    kind: str = ""

    @property
    def key(self) -> str:
        """Return a short name, equal if all fields are equal. The name of the fleet's queue contains it."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def words(self) -> str:
        """Return the fleet in words."""
        processor = f", {self.processor}" if self.processor else ""
        kind = f", kind {self.kind}" if self.kind else ""
        *others, last = [f"{package} {version}" for package, version in sorted(self.versions.items())]
        versions = f"{', '.join(others)} and {last}" if others else last
        return f"{versions} ({self.device}, {self.machine}{processor}{kind})"

    def __hash__(self) -> int:
        return hash(self.key)


def read_fleet(content: bytes) -> Fleet | None:
    """Read a stored fleet; None for one that another release wrote, which no worker of this one is of."""
    try:
        return Fleet.model_validate_json(content)
    except ValidationError:
        return None


class Plan(Record):
    """What selection fixed for the rest of the job; every worker follows it.

    Noise is drawn in blocks of ``batch`` evaluations; block ``b`` depends on (noise_seed, b) alone.
    Shard ``k`` holds blocks ``k * shard_blocks`` and following, so shards may run anywhere in any order.
    ``target`` is the selected class A and ``label`` its name. ``clean`` and ``clean_label``: the class of the
    input without noise; None if the model gives no scores for it. It is not evidence. ``trained_sigma``: the
    noise that the model was trained with, None if with none. ``manifest_sha256`` is taken over the model's
    whole manifest, as its normalisation belongs to the function that is certified. A block is computed in
    passes of ``runtime.rows`` rows, which divide it. ``weights`` are those of gradient sums, from the votes
    of the selection alone; of no matter where none are counted. ``fleet`` are the workers that can do so.
    """

    target: int
    label: str
    clean: int | None = None
    clean_label: str | None = None
    trained_sigma: float | None = None
    manifest_sha256: str
    batch: int
    blocks: int
    shard_blocks: int
    weights: Weights
    runtime: RuntimeIdentity
    fleet: Fleet

    @cached_property
    def text(self) -> str:
        """Return the plan as it is stored, written once: each part of a job is stored under its plan."""
        return self.model_dump_json()

    @property
    def shards(self) -> int:
        """Return the number of shards."""
        return -(-self.blocks // self.shard_blocks)

    def shard_samples(self, shard: int, n: int) -> tuple[int, int]:
        """Return the first block and the evaluations of a shard, in a job with ``n`` evaluations."""
        first = shard * self.shard_blocks
        last = min(first + self.shard_blocks, self.blocks)
        return first, min(last * self.batch, n) - first * self.batch
