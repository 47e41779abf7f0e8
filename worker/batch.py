"""How many rows a forward pass has: part of the classifier that is certified, so fixed by rule."""

from __future__ import annotations

from typing import Final, Literal

from models import ModelManifest

Device = Literal["cpu", "cuda"]
"""Where a runtime computes."""

ELEMENTS: Final[dict[Device, int]] = {"cpu": 2**19, "cuda": 2**25}
"""Input elements of a batch aimed at: 2 MiB of float32 on a CPU, near its caches' size, 128 MiB on a GPU."""
LARGEST: Final[dict[Device, int]] = {"cpu": 4096, "cuda": 8192}
SMALLEST: Final = 8


def batch_size_for(manifest: ModelManifest, device: Device) -> int:
    """Return the rows of every forward pass of this model on this kind of device.

    The manifest's ``batch_size`` if it gives one; else the largest power of two for which the batch's
    input stays within ``ELEMENTS``, between ``SMALLEST`` and ``LARGEST``. Always even: pairs need two.
    """
    if manifest.batch_size is not None:
        return manifest.batch_size
    fitting = ELEMENTS[device] // manifest.d
    power = 2 ** (fitting.bit_length() - 1) if fitting > 0 else 0
    return max(SMALLEST, min(power, LARGEST[device]))
