"""The histogram of the times that shards took: its buckets, and their names among the totals in the store."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import Final

BOUNDS: Final = (0.005, 0.025, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0)
"""Upper ends of the buckets, in seconds: dense about CERTIFY_SHARD_S (0.75), up to CERTIFY_STEP_LIMIT_S."""

_ENDS: Final = (*BOUNDS, float("inf"))


def bucket_of(seconds: float) -> str:
    """Return the total that counts the shards which took about as long."""
    return _name(_ENDS[bisect.bisect_left(BOUNDS, seconds)])


def cumulated(totals: Mapping[str, str | bytes]) -> dict[str, int]:
    """Return, for the upper end of each bucket as Prometheus writes it, the shards that took no longer."""
    counts, shards = {}, 0
    for end in _ENDS:
        shards += int(totals.get(_name(end), 0))
        counts["+Inf" if end == float("inf") else str(end)] = shards
    return counts


def _name(end: float) -> str:
    return f"shards_within:{end}"
