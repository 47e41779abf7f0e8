"""How many evaluations a block of noise has: fixed by rule, as the noise of a job depends on it.

What is done once a block, seeding a generator above all, costs some tens of microseconds: eight passes to a
block make it small beside the cheapest model. On a GPU a block is one pass.
"""

from __future__ import annotations

from typing import Final

from jobs.plan import Device
from registry import ModelManifest
from worker.runtimes.pass_rows import pass_rows_for

PASSES: Final[dict[Device, int]] = {"cpu": 8, "cuda": 1}
"""Passes of a block, of ``pass_rows_for`` rows, at most."""
BLOCK_ELEMENTS: Final = 2**22
"""Elements of a block of several passes, at most: 16 MiB of float32, where a source of noise keeps it."""


def batch_size_for(manifest: ModelManifest, device: Device) -> int:
    """Return the evaluations of a block: one pass if the manifest fixes its rows, else a power of two.

    That is ``PASSES`` passes, or fewer of a large input: so many that ``BLOCK_ELEMENTS`` hold them, one at
    least. Noise depends on this number, and so it follows from the rule alone: a job whose passes are halved
    for want of memory keeps it.
    """
    rows = pass_rows_for(manifest, device)
    if manifest.batch_size is not None:
        return rows
    passes = PASSES[device]
    while passes > 1 and passes * rows * manifest.d > BLOCK_ELEMENTS:
        passes //= 2
    return passes * rows
