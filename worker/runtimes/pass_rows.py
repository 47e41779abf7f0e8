"""How many rows a forward pass has: fixed by rule, so that a job counts one function.

A classifier may answer differently in its last bits when its batch has another size, so the rows of a pass
are part of what is certified. The rule looks at the model and the kind of device alone; no timing decides.

On a CPU a pass aims at 2^17 input elements. Processor time of ONNX Runtime 1.32 in microseconds a sample,
one thread of a shared two-core machine, best of six short runs:

    rows                  2    4    8   16   32   64  128  256  512  1024  4096
    mnist, 784                           7.5  7.7  7.5  7.5  7.7
    ResNet-20, 3,072                754  748  748  801
    EfficientNet, 150,528 9323 9948 10033
    swiss-roll, 2                                 .163 .155 .148  .135  .138

Where a pass of these rows does not fit into memory, loading halves it (worker/loading.py).
"""

from __future__ import annotations

from typing import Final

from jobs.plan import Device
from registry import ModelManifest

ELEMENTS: Final[dict[Device, int]] = {"cpu": 2**17, "cuda": 2**25}
"""Input elements of a pass aimed at: 512 KiB of float32 on a CPU, within its caches, 128 MiB on a GPU."""
LARGEST: Final[dict[Device, int]] = {"cpu": 1024, "cuda": 8192}
SMALLEST: Final[dict[Device, int]] = {"cpu": 2, "cuda": 8}


def pass_rows_for(manifest: ModelManifest, device: Device) -> int:
    """Return the rows of every forward pass of this model on this kind of device.

    The manifest's ``batch_size`` if it gives one; else the largest power of two for which the input of a pass
    stays within ``ELEMENTS``, between ``SMALLEST`` and ``LARGEST``. Always even: pairs need two.
    """
    if manifest.batch_size is not None:
        return manifest.batch_size
    fitting = ELEMENTS[device] // manifest.d
    power = 2 ** (fitting.bit_length() - 1) if fitting > 0 else 0
    return max(SMALLEST[device], min(power, LARGEST[device]))
