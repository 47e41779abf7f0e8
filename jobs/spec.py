"""What a job is to certify, as accepted: nothing in it changes afterwards."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Literal

from pydantic import Field

from certificates import Bounds, Claim, Decision, Noise
from jobs.asked import claim_of
from jobs.named import CertifierField, NoiseField
from jobs.record_base import Record


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
    certifier: CertifierField
    bounds: Literal[Bounds.TIGHT, Bounds.PAPER] = Bounds.TIGHT
    decision: Decision = Decision.MAJORITY
    noise: NoiseField = Noise.GAUSSIAN
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
        scale = self.input.low, self.input.high
        stop_radius = None if self.stop is None else self.stop.radius
        return claim_of(self, self.sigma, math.prod(self.input.shape), scale, stop_radius)
