"""One process for each core that the machine and its control groups really leave to a worker."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from worker.cores import usable_cores


@pytest.fixture(autouse=True)
def _eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def cores(root: Path, membership: str, files: dict[str, str]) -> int:
    """Lay out control groups as the kernel shows them, and count."""
    for name, content in files.items():
        path = root / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (root / "membership").write_text(membership)
    return usable_cores(root / "cgroup", root / "membership")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("max 100000\n", 8),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("1600000 100000\n", 8),
    ],
)
def test_a_quota_of_version_2_limits_the_cores(tmp_path: Path, content: str, expected: int) -> None:
    assert cores(tmp_path, "0::/\n", {"cpu.max": content}) == expected


def test_the_tightest_of_all_parents_counts(tmp_path: Path) -> None:
    files = {"a.slice/cpu.max": "300000 100000\n", "a.slice/b.service/cpu.max": "max 100000\n"}
    assert cores(tmp_path, "0::/a.slice/b.service\n", files) == 3


@pytest.mark.parametrize("path", ["/", "/docker/0123abcd"])
def test_a_quota_of_version_1_limits_the_cores(tmp_path: Path, path: str) -> None:
    """In a container the path may be the host's, of which only the container's part is mounted."""
    files = {"cpu,cpuacct/cpu.cfs_quota_us": "250000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"}
    assert cores(tmp_path, f"5:memory:/m\n4:cpu,cpuacct:{path}\n0::/\n", files) == 3


def test_no_quota_and_no_control_groups_leave_the_affinity(tmp_path: Path) -> None:
    files = {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}
    assert cores(tmp_path, "4:cpu:/\n", files) == 8
    assert usable_cores(tmp_path / "absent", tmp_path / "absent") == 8
