"""The certificate as a typed record.

Fields that this client does not know are left out of it, so that a newer service can be read; the job's
``document`` holds them. A test compares the fields with the API's own description.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Prediction(_Part):
    """A class: its index, and its label in the model."""

    index: int
    label: str


class Estimate(_Part):
    """A probability: ``lower`` is its lower confidence bound, ``estimate`` None without samples."""

    lower: float
    estimate: float | None


class GradientNorm(_Part):
    """Norm of the smoothed score's gradient, per unit of input: bound, estimate, largest possible value."""

    upper: float
    estimate: float | None
    ceiling: float


class Rival(_Part):
    """The other class that limits a multi-class radius, with an upper bound on its score."""

    index: int
    upper: float
    estimate: float | None


class Rivals(_Part):
    """The other classes that limit a top-k radius, with an upper bound on the sum of their scores."""

    indices: tuple[int, ...]
    upper: float
    estimate: float | None


class Hits(_Part):
    """Votes of ``n`` independent samples, ``per_class``; ``target`` is the class that is certified."""

    n: int
    target: int
    per_class: tuple[int, ...]


class Pairs(_Part):
    """Antithetic pairs: of how many both sides hit ``target``, or the plus or the minus side alone."""

    pairs: int
    both: int
    plus_only: int
    minus_only: int
    target: int


class Counts(_Part):
    """Everything that was counted. ``gradient``: the sums of second order, as the service states them."""

    hits: Hits | None
    pairs: Pairs | None
    gradient: dict[str, Any] | None


class CertifiedInput(_Part):
    """The array that was certified. ``sha256`` is that of its little-endian float32 numbers in C order."""

    shape: tuple[int, ...]
    scale: str
    sha256: str
    source: str
    conversions: tuple[str, ...]


class UsedModel(_Part):
    """The classifier that voted, and how it was run."""

    name: str
    sha256: str
    manifest_sha256: str
    runtime: str
    provider: str
    precision: str
    memory_format: str
    rows: int
    threads: int
    batch: int
    noise_generator: str


class StatedClaim(_Part):
    """What the job set out to certify, fixed before sampling; ``n`` evaluations of ``d`` numbers each."""

    certifier: str
    bounds: str
    sigma: float
    eta: float
    n: int
    d: int
    decision: str
    noise: str
    grid_steps: float | None
    k: int | None
    stop_radius: float | None
    give_up: bool


class Certificate(_Part):
    """With confidence ``1 - eta``, the smoothed ``prediction`` is the same at every point within ``radius``.

    ``radius`` and ``sigma`` are in ``radius_unit``; ``n`` and ``n0`` count evaluations. ``ended_by`` says why
    sampling ended: ``samples``, ``stop_radius``, ``out_of_reach`` or ``cancelled``. Bounds that the certifier
    does not use are None. ``eta_spent`` maps each bound to its share of eta. ``clean_prediction`` is the
    answer without noise, None if the model gives no scores.
    """

    certifier: str
    abstained: bool
    prediction: Prediction
    clean_prediction: Prediction | None
    radius: float
    radius_unit: str
    norm: str
    sigma: float
    eta: float
    n: int
    n0: int
    bounds: str
    noise: str
    decision: str
    k: int | None
    ended_by: str
    p_a: Estimate
    p_other: Rival | None
    p_others: Rivals | None
    c_s: Estimate | None
    c_n: Estimate | None
    gradient_norm: GradientNorm | None
    counts: Counts
    claim: StatedClaim
    eta_spent: dict[str, float]
    input: CertifiedInput
    model: UsedModel
    seed: str
