"""Name the processor or the GPUs of this machine as far as a classifier's last bits may depend on them.

Runtimes choose their kernels, and the order in which these sum, by the model of a processor and by the
instructions that it has.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from jobs.plan import Device

CPU_INFO: Final = Path("/proc/cpuinfo")
GPU_INFO: Final = Path("/proc/driver/nvidia/gpus")
MODEL: Final = ("vendor_id", "cpu family", "model", "CPU implementer", "CPU part")
"""Fields of Linux that tell processors apart: the first three on x86, the others on Arm."""
INSTRUCTIONS: Final = frozenset(
    (
        *("avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512dq", "avx512vl"),
        *("avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16"),
        *("asimd", "asimdhp", "asimddp", "asimdfhm", "sve", "sve2", "i8mm", "bf16"),
    )
)
"""What kernels are chosen by, as Linux calls it. Other flags come and go with the version of Linux."""


def processor_of(device: Device) -> str:
    """Return the name of what computes on this machine; empty if the system does not tell."""
    if device == "cuda":
        return gpus_of(path.read_text(encoding="utf-8") for path in sorted(GPU_INFO.glob("*/information")))
    if CPU_INFO.is_file():
        return cpu_of(CPU_INFO.read_text(encoding="utf-8"))
    return platform.processor()


def cpu_of(told: str) -> str:
    """Return the name of the processor that Linux tells of: its model, and the instructions that matter."""
    lines = (line.partition(":") for line in told.partition("\n\n")[0].splitlines())
    fields = {name.strip(): value.strip() for name, _, value in lines}
    flags = set(fields.get("flags", fields.get("Features", "")).split())
    parts = [fields[name] for name in MODEL if name in fields]
    return " ".join([*parts, *sorted(flags & INSTRUCTIONS)])


def gpus_of(told: Iterable[str]) -> str:
    """Return the models of the GPUs that NVIDIA's driver tells of, each once."""
    lines = (line.partition(":") for text in told for line in text.splitlines())
    return ", ".join(sorted({value.strip() for name, _, value in lines if name.strip() == "Model"}))
