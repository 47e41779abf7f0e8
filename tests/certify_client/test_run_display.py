"""A terminal shows a run while it goes on: a table of what is known, and a bar. Files and pipes do not."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from certify_client import run_display
from certify_client.records import Run


def run(succeeded: int) -> Run:
    rows = {"total": 10, "queued": 8 - succeeded, "running": 2, "failed": 0, "cancelled": 0, "abstained": 0}
    share = {"rows": succeeded, "of": succeeded, "share": 1.0 if succeeded else None, "low": 0.5, "high": 1.0}
    told: dict[str, Any] = {
        "id": "r",
        "name": "digits",
        "status": "open",
        "rows": {**rows, "succeeded": succeeded},
        "summary": {
            "smoothed": share,
            "certified": [{**share, "radius": 0.25}],
            "average_certified_radius": 0.5 if succeeded else None,
            "any_class": share,
            "mean_radius": 0.5 if succeeded else None,
            "false_certificates": 0.001 * succeeded,
            "samples": 1000 * succeeded,
            "samples_asked": 1000 * succeeded,
        },
        "request": {},
    }
    return Run.parse(told)


def shown(*, terminal: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100, color_system=None)
    with run_display.live(console, 10) as report:
        report(run(0))
        report(run(3))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_terminal_shows_a_table_and_a_bar() -> None:
    said = shown(terminal=True)
    assert "certified at radius 0.25" in said
    assert "average certified radius" in said
    assert "3/10 rows" in said
    assert "2 running, 5 queued" in said


def test_a_file_is_left_alone() -> None:
    assert shown(terminal=False) == ""


def test_shares_are_rounded_down_and_radii_and_expectations_are_told_in_full() -> None:
    document = run(1_234).document
    share = {"rows": 9_999, "of": 10_000, "share": 0.9999, "low": 0.9991, "high": 0.99999}
    told = {**document["summary"], "smoothed": share, "certified": [{**share, "radius": 0.12345678}]}
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(run_display.summary(Run.parse({**document, "summary": told})))
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert said.count("99.9% of 10,000 (95 % interval 99.9% to 100.0%)") == 2
    assert "certified at radius 0.12345678 " in said
    assert "at most 1.234 expected" in said
