"""How many blocks a shard has: long enough to be cheap, short enough to lose, cancel and share."""

from __future__ import annotations

from typing import Final

SHORTEST: Final = 0.25
"""Share of the time aimed at, below which a job is not cut to keep more processes busy."""
TURNS: Final = 4
"""Shards of a middling job that each process gets: who finishes early takes another."""


def shard_blocks(blocks: int, block_s: float, shard_s: float, processes: int) -> int:
    """Return the blocks of each shard of a job.

    ``block_s`` is the measured time of one block, ``shard_s`` the time a shard aims at. A job that takes
    less than a quarter of that is not cut. One that fits into few shards is cut finer, and always into
    as many as all ``processes`` can share evenly. What is counted does not depend on the answer.
    """
    aimed = max(1, int(shard_s / max(block_s, 1e-9)))
    floor = max(1, int(aimed * SHORTEST))
    if blocks <= floor:
        return blocks
    cut = min(aimed, max(floor, -(-blocks // (TURNS * processes))))
    rounds = -(-blocks // (cut * processes))
    return -(-blocks // (rounds * processes))


CHECKPOINTS: Final = 32
"""Points at which a job that may stop early looks at its radius, if it has as many blocks."""
LONGEST: Final = 32
"""Blocks of a shard of such a job at most, however many checkpoints that makes."""


def checkpoint_blocks(blocks: int) -> int:
    """Return the blocks of each shard of a job that stops at a radius, which it looks for after every shard.

    The number of blocks alone decides, not the time they take, so that a seed gives one certificate.
    """
    return min(LONGEST, max(1, blocks // CHECKPOINTS))
