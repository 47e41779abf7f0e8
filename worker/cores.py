"""Find how many cores this process may use, from its affinity and, on Linux, its control groups' quota."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

CGROUPS: Final = Path("/sys/fs/cgroup")
MEMBERSHIP: Final = Path("/proc/self/cgroup")


def usable_cores(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int:
    """Return the number of cores to start one process each for, at least 1.

    A quota, such as that of ``docker run --cpus``, is rounded up: two processes that share 1.5 cores do more
    than one. Without readable control groups, only the affinity counts.
    """
    quotas = (
        quota
        for folder in _groups(cgroups, membership)
        for quota in (_quota_v2(folder), _quota_v1(folder))
        if quota is not None
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min((cores, *quotas))))


def _groups(cgroups: Path, membership: Path) -> Iterator[Path]:
    """Yield the folders of the process's control groups and of all their parents, which limit it too.

    In a container the path may be the host's, which is not mounted. Then the root of the mounted groups is
    the container's own group.
    """
    for line in _read(membership).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        mount = cgroups / controllers
        group = PurePosixPath(path.lstrip("/"))
        for parent in (group, *group.parents):
            yield mount / parent


def _quota_v2(folder: Path) -> float | None:
    """Return the cores of a version 2 group, quota over period; None for ``max``."""
    fields = _read(folder / "cpu.max").split()
    return None if not fields or fields[0] == "max" else int(fields[0]) / int(fields[1])


def _quota_v1(folder: Path) -> float | None:
    """Return the cores of a version 1 group, quota over period; None for a negative quota."""
    quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
    return None if not quota or not period or int(quota) <= 0 else int(quota) / int(period)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
