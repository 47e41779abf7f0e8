"""Choose how many rows a forward pass has, by a fixed rule, so that a job counts one function.

The last bits of a classifier's scores may depend on the number of rows, so the rows of a pass are part of
what is certified. The rule depends only on the model and the kind of device, not on timings.

On a CPU a pass should have about 2^17 input elements. Processor time of ONNX Runtime 1.32 in microseconds a
sample, one thread of a shared two-core machine, best of six short runs:

    rows                  2    4    8   16   32   64  128  256  512  1024  4096
    mnist, 784                           7.5  7.7  7.5  7.5  7.7
    ResNet-20, 3,072                754  748  748  801
    EfficientNet, 150,528 9323 9948 10033
    swiss-roll, 2                                 .163 .155 .148  .135  .138

If such a pass does not fit into memory, loading halves its rows (worker/loading.py).
"""

from __future__ import annotations

from typing import Final

from jobs.plan import Device
from registry import ModelManifest

ELEMENTS: Final[dict[Device, int]] = {"cpu": 2**17, "cuda": 2**25}
"""Input elements that a pass should have: 512 KiB of float32 on a CPU, within its caches (table above), and
128 MiB on a GPU, where nothing was measured."""
LARGEST: Final[dict[Device, int]] = {"cpu": 1024, "cuda": 8192}
SMALLEST: Final[dict[Device, int]] = {"cpu": 2, "cuda": 8}


def pass_rows_for(manifest: ModelManifest, device: Device) -> int:
    """Return the rows of every forward pass of this model on this kind of device.

    It is the manifest's ``batch_size`` if it gives one. Otherwise it is the largest power of two for which
    the input of a pass stays within ``ELEMENTS``, between ``SMALLEST`` and ``LARGEST``. It is always even,
    since pairs need two rows.
    """
    if manifest.batch_size is not None:
        return manifest.batch_size
    fitting = ELEMENTS[device] // manifest.d
    power = 2 ** (fitting.bit_length() - 1) if fitting > 0 else 0
    return max(SMALLEST[device], min(power, LARGEST[device]))
