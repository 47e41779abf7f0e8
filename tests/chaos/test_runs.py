"""A run that two clients feed ends with the tables of an undisturbed one, whatever dies meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from certify_client.run_notes import note_path
from jobs import keys
from tests.chaos.fed_runs import (
    SHARED,
    Feeding,
    Table,
    ended,
    interrupted,
    run_of,
    table_of,
    wait_for_rows,
    write_digits,
)
from tests.chaos.moments import Victim, arm
from tests.chaos.service import Service
from tests.support.wait import wait_until

LONGEST_S = 900
"""A thousand rows on a busy machine."""


def run_id_of(feeding: Feeding) -> str:
    found: str = json.loads(note_path(feeding.out).read_text())["run"]
    return found


def disturbed(service: Service, armed: Path, first: Feeding, second: Feeding, rows: int) -> str:
    """Feed a run from two clients. Kill a worker, server and gateway; stop the first client half-way."""
    with first.start() as begun:
        first.begun()
        run_id = run_id_of(first)
        with second.start("--run", run_id) as joined:
            wait_for_rows(service, run_id, rows // 8, LONGEST_S)
            file = arm(armed, "the certificate is not stored", Victim.WORKER)
            wait_until(lambda: not file.exists(), "a worker to die", 60)
            wait_for_rows(service, run_id, rows // 4, LONGEST_S)
            assert service.count(keys.ACTIVE) > 0
            service.server.kill()
            service.server.start()
            wait_for_rows(service, run_id, 3 * rows // 8, LONGEST_S)
            service.gateway.kill()
            service.gateway.start()
            wait_for_rows(service, run_id, rows // 2, LONGEST_S)
            interrupted(begun, 60)
            with first.start() as again:
                assert f"run {run_id} goes on" in ended(again, LONGEST_S)
            ended(joined, LONGEST_S)
    return run_id


def assert_sums_are_those_of(summary: dict[str, Any], table: Table) -> None:
    """Compute the certified accuracy at 0.25 and the average certified radius from the rows."""
    radii = [float(line["radius"]) if line["predict"] == line["label"] else 0.0 for line in table]
    (certified,) = summary["certified"]
    assert (certified["rows"], certified["of"]) == (sum(radius >= 0.25 for radius in radii), len(table))
    mean = sum(radii) / len(radii)
    assert summary["average_certified_radius"] == pytest.approx(mean, abs=1e-6)


@pytest.mark.chaos
@pytest.mark.timeout(4 * LONGEST_S)
@pytest.mark.parametrize(("rows", "n"), [(40, 8000), (1000, 1000)], ids=["40-rows", "1000-rows"])
def test_a_run_fed_by_two_clients(crowded: Service, armed: Path, tmp_path: Path, rows: int, n: int) -> None:
    data = write_digits(tmp_path / "digits.zip", rows)
    calm, first, second = (Feeding(crowded, data, tmp_path / name, n) for name in ("calm", "a", "b"))
    with calm.start() as command:
        ended(command, LONGEST_S)
    calm_id = run_id_of(calm)
    run_id = disturbed(crowded, armed, first, second, rows)
    expected = calm.tables()
    assert [len(expected[name]) for name in ("own", SHARED)] == [rows, rows]
    assert not [line for line in expected["own"] if line["note"]]
    assert first.tables() == second.tables() == expected
    assert table_of(crowded, run_id) == table_of(crowded, calm_id)
    run, before = run_of(crowded, run_id), run_of(crowded, calm_id)
    assert (run["rows"], run["summary"]) == (before["rows"], before["summary"])
    assert run["summary"]["samples"] == rows * n
    assert_sums_are_those_of(run["summary"], expected["own"])
