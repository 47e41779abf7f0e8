"""How many blocks a shard has: long enough to be cheap, short enough to lose, cancel and share."""

from __future__ import annotations

from typing import Final

SHORTEST: Final = 0.1
"""Share of the time aimed at, below which a shard is not cut to keep more processes busy."""


def shard_blocks(blocks: int, block_s: float, shard_s: float, processes: int) -> int:
    """Return the blocks of each shard of a job.

    ``block_s`` is the measured time of one block, ``shard_s`` the time a shard aims at. A job that fits
    into few shards is cut finer, down to a tenth of that time, so that all ``processes`` share in it.
    What is counted does not depend on the answer.
    """
    aimed = max(1, int(shard_s / max(block_s, 1e-9)))
    shared = -(-blocks // max(1, processes))
    floor = max(1, int(aimed * SHORTEST))
    return min(aimed, max(shared, floor), blocks)


CHECKPOINTS: Final = 32
"""Points at which a job that may stop early looks at its radius, if it has as many blocks."""
LONGEST: Final = 32
"""Blocks of a shard of such a job at most, however many checkpoints that makes."""


def checkpoint_blocks(blocks: int) -> int:
    """Return the blocks of each shard of a job that stops at a radius, which it looks for after every shard.

    The number of blocks alone decides, not the time they take, so that a seed gives one certificate.
    """
    return min(LONGEST, max(1, blocks // CHECKPOINTS))
