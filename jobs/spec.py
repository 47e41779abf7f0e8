"""The specification of a job, as accepted. It never changes afterwards."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Literal

from pydantic import Field

from certificates import Bounds, Claim, Decision, Noise
from jobs.claims import claim_of
from jobs.named import CertifierField, NoiseField
from jobs.record_base import Record


def _shortest(number: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return str(int(number)) if number.is_integer() else repr(number)


class InputRecord(Record):
    """The certified input: a float32 array in the model's input space, and the conversions that made it.

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
        """Return the input's scale as text for answers, with all digits."""
        return f"[{_shortest(self.low)},{_shortest(self.high)}]"


class StopRule(Record):
    """End the job once ``radius``, in input units, is certified; ``give_up``: or once it is out of reach."""

    radius: float = Field(gt=0)
    give_up: bool = False


class AskedSpec(Record):
    """What is asked for about an input, as accepted: the same fields for one job and for all rows of a run.

    ``n`` and ``n0`` count evaluations of the base classifier; ``sigma`` is in input units. ``owner`` is whose
    it is; it is empty if the service asks for no keys.
    """

    model: str
    model_sha256: str
    certifier: CertifierField
    bounds: Literal[Bounds.TIGHT, Bounds.PAPER] = Bounds.TIGHT
    decision: Decision = Decision.MAJORITY
    k: int | None = None
    noise: NoiseField = Noise.GAUSSIAN
    sigma: float
    n: int
    n0: int
    eta: float
    stop: StopRule | None = None
    seed: int
    owner: str = ""


class JobSpec(AskedSpec):
    """One certification as accepted. It never changes afterwards.

    ``trace`` is the span of the request that made it, in the form of the header ``traceparent``; None while
    no traces are recorded.
    """

    input: InputRecord
    trace: str | None = None

    @property
    def noise_seed(self) -> int:
        """Return the seed of the job's noise: 256 bits, the SHA-256 of a JSON text.

        The text is [seed, n, n0, stop, model_sha256, input.sha256], without spaces; stop is null, the radius,
        or [radius,true] for a job that may give it up. So no job is the beginning of another job, and known
        noise cannot be reused for another input or model.
        Certifier, bounds, decision, kind of noise, sigma and eta are left out, so that they can be compared
        on the same samples. SECURITY.md, "One job, one noise", gives the reasons.
        """
        stop = self.stop and ([self.stop.radius, True] if self.stop.give_up else self.stop.radius)
        parts = [self.seed, self.n, self.n0, stop, self.model_sha256, self.input.sha256]
        text = json.dumps(parts, separators=(",", ":"), allow_nan=False)
        return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest(), "big")

    def claim(self) -> Claim:
        """Return the claim of this job."""
        scale = self.input.low, self.input.high
        return claim_of(self, self.certifier, self.sigma, math.prod(self.input.shape), scale, self.stop)
