"""How many cores this process may keep busy: its affinity, and the quota of its control groups on Linux."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

CGROUPS: Final = Path("/sys/fs/cgroup")
MEMBERSHIP: Final = Path("/proc/self/cgroup")


def usable_cores(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int:
    """Return the cores that are worth a process each, at least 1.

    A quota, such as that of ``docker run --cpus``, is rounded up: two processes that get 1.5 cores between
    them do more than one. Where there are no control groups to read, the affinity alone counts.
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
    """Yield the folders of the process's groups and of all their parents, which limit it as well.

    In a container the path may be the host's, which is not mounted; the container's own group is then the
    root of what is.
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
    """Cores of a group of version 2: ``max`` or a quota, and its period."""
    fields = _read(folder / "cpu.max").split()
    return None if not fields or fields[0] == "max" else int(fields[0]) / int(fields[1])


def _quota_v1(folder: Path) -> float | None:
    """Cores of a group of version 1: a negative quota is none."""
    quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
    return None if not quota or not period or int(quota) <= 0 else int(quota) / int(period)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
