"""Choose how many blocks a shard has.

Long shards cost less overhead. Short ones lose less when they fail, are cancelled sooner, and are easier to
share among processes.
"""

from __future__ import annotations

from typing import Final

SHORTEST: Final = 0.25
"""A job is not cut into more shards than there are processes if they would be shorter than this share of the
aimed time. A choice: a process spends some milliseconds between two shards, against a quarter of a second."""
TURNS: Final = 4
"""Shards that each process gets of a job that is not long enough for full ones. A choice: a process that
finishes early can take another."""


def shard_blocks(blocks: int, block_s: float, shard_s: float, processes: int) -> int:
    """Return the blocks of each shard of a job.

    ``block_s`` is the measured time of one block, ``shard_s`` the time that a shard should take, in seconds.
    A job that takes less than a quarter of that is one shard. All ``processes`` get equally many shards of
    any other: as few as the aimed time allows, or up to ``TURNS`` if these are not too short. The counts do
    not depend on the answer.
    """
    aimed = max(1, int(shard_s / max(block_s, 1e-9)))
    shortest = max(1, int(aimed * SHORTEST))
    if blocks <= shortest:
        return blocks
    needed = -(-blocks // (aimed * processes))
    wanted = min(TURNS, blocks // (shortest * processes))
    return -(-blocks // (max(needed, wanted) * processes))


CHECKPOINTS: Final = 32
"""A job that may stop early computes its radius at this many points, if it has as many blocks. A choice: on
average it counts a 64th of its samples in vain, and each point costs one certificate."""
DECISIONS: Final = 128
"""The same of a job that may also give up. A choice: most such jobs are decided by a few per cent of their
samples, so they look more often."""
LONGEST: Final = 32
"""Most blocks of a shard of such a job. A choice: a job of very many blocks may stop long before its end, so
it looks more often."""


def checkpoint_blocks(blocks: int, *, gives_up: bool) -> int:
    """Return the blocks of each shard of a job with a stop radius. Its radius is computed after every shard.

    ``gives_up``: whether the job also ends once that radius is out of reach. This depends only on the number
    of blocks, not on their time, so that a seed gives one certificate.
    """
    return min(LONGEST, max(1, blocks // (DECISIONS if gives_up else CHECKPOINTS)))
