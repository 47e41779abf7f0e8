"""Job specifications for tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from certificates import FIRST_ORDER, Bounds, Certifier, Decision, Noise
from jobs.spec import InputRecord, JobSpec, StopRule


@dataclass(frozen=True, slots=True)
class Submission:
    """What the gateway would store: the specification and the input's bytes."""

    spec: JobSpec
    input_bytes: bytes


def submission(
    x: NDArray[np.float32] | None = None,
    *,
    model: str = "half-space",
    model_sha256: str = "0" * 64,
    certifier: Certifier = FIRST_ORDER,
    bounds: Literal[Bounds.TIGHT, Bounds.PAPER] = Bounds.TIGHT,
    decision: Decision = Decision.MAJORITY,
    k: int | None = None,
    noise: Noise = Noise.GAUSSIAN,
    stop: float | None = None,
    give_up: bool = False,
    n: int = 10_000,
    n0: int = 100,
    sigma: float = 0.5,
    eta: float = 0.001,
    seed: int = 20_240_607,
) -> Submission:
    """Build a valid submission; without ``x``, for the origin of the plane."""
    array = np.zeros(2, np.float32) if x is None else x.astype("<f4")
    content = array.tobytes()
    record = InputRecord(
        shape=array.shape,
        low=-4.0,
        high=4.0,
        sha256=hashlib.sha256(content).hexdigest(),
        source="tensor",
    )
    spec = JobSpec(
        model=model,
        model_sha256=model_sha256,
        certifier=certifier,
        bounds=bounds,
        decision=decision,
        k=k,
        noise=noise,
        stop=None if stop is None else StopRule(radius=stop, give_up=give_up),
        sigma=sigma,
        n=n,
        n0=n0,
        eta=eta,
        seed=seed,
        input=record,
    )
    return Submission(spec, content)
