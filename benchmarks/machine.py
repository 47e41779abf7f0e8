"""Describe the machine and the versions that figures were measured with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

from worker.cores import usable_cores

PACKAGES = ("torch", "onnxruntime", "onnxruntime-gpu", "numpy", "adversarial-robustness-toolbox")


def describe() -> dict[str, object]:
    """Return the processor, its cores, the load before measuring, and the versions of the main packages."""
    return {
        "cpu": _cpu_name(),
        "cores": usable_cores(),
        "vector_extensions": _vector_extensions(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version for name in PACKAGES if (version := installed(name)) is not None},
    }


def installed(package: str) -> str | None:
    """Return the installed version of a distribution, None if there is none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cpu_name() -> str:
    fields = _cpuinfo()
    family = f"family {fields['cpu family']} model {fields['model']}" if "cpu family" in fields else ""
    return f"{fields.get('model name', platform.processor() or platform.machine())} {family}".strip()


def _vector_extensions() -> str:
    flags = _cpuinfo().get("flags", "").split()
    return " ".join(flag for flag in ("avx2", "avx512f", "avx512_vnni", "amx_tile") if flag in flags)


def _cpuinfo() -> dict[str, str]:
    """Return the fields of the first processor that Linux lists; empty elsewhere."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first = path.read_text(encoding="utf-8").split("\n\n", 1)[0]
    pairs = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}
