"""Choose how many evaluations a block of noise has, by a fixed rule, since a job's noise depends on it.

The fixed cost of a block, mostly seeding a generator, is some tens of microseconds. With eight passes in a
block it is small even beside the cheapest model. On a GPU a block is one pass.
"""

from __future__ import annotations

from typing import Final

from jobs.plan import Device
from registry import ModelManifest
from worker.runtimes.pass_rows import pass_rows_for

PASSES: Final[dict[Device, int]] = {"cpu": 8, "cuda": 1}
"""Most passes of ``pass_rows_for`` rows in a block."""
BLOCK_ELEMENTS: Final = 2**22
"""Most elements of a block of several passes: 16 MiB of float32, if a source of noise keeps it. A choice."""


def block_size_for(manifest: ModelManifest, device: Device) -> int:
    """Return the evaluations of a block: one pass if the manifest fixes its rows, else a power of two.

    That is ``PASSES`` passes, or fewer for a large input: as many as ``BLOCK_ELEMENTS`` hold, but at least
    one. Noise depends on this number, so only the rule decides it: a job whose passes are halved because
    memory is short keeps it.
    """
    rows = pass_rows_for(manifest, device)
    if manifest.batch_size is not None:
        return rows
    passes = PASSES[device]
    while passes > 1 and passes * rows * manifest.d > BLOCK_ELEMENTS:
        passes //= 2
    return passes * rows
