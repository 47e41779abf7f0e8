"""The bodies of the requests that the chaos tests send."""

from __future__ import annotations

from typing import Any

Request = dict[str, Any]


def request(certifier: str = "first_order", *, seed: int = 1, n: int = 20_000, **more: object) -> Request:
    """Return the body of a submission: the slow half-space, at distance 0.5 from its boundary."""
    tensor = {"shape": [2], "data": [0.5, 0.25]}
    fields = {"model": "slow-half-space", "sigma": 0.5, "tensor": tensor}
    return fields | {"certifier": certifier, "seed": seed, "n": n} | more


QUICK = request(seed=8, n=500)
VARIETY = (
    request("first_order"),
    request("second_order", seed=2),
    request("dipole", seed=3),
    request("first_order", seed=4, stop={"radius": 0.3}),
    request("second_order", seed=5, decision="multiclass"),
    request("dipole", seed=6, bounds="paper"),
    QUICK,
)
"""Jobs of every kind, among them one of a single shard and one that stops early."""
