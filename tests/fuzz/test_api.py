"""Whatever is sent to the API, the answer is one that `openapi.yaml` announces, and never a defect."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fuzz.exploration import explore, running_service

LEAST_CASES = 500


def test_the_whole_description_holds_for_random_broken_and_plausible_requests(tmp_path: Path) -> None:
    """Every run sends the same cases: their generator is deterministic."""
    with running_service(tmp_path) as service:
        found = explore(service, tmp_path, "--max-examples", "8", "--generation-deterministic")
        log = service.gateway.log
    assert found.report["exit_code"] == 0, found.text
    assert found.report["operations"]["tested"] == found.report["operations"]["total"] > 0
    assert found.report["test_cases"]["generated"] >= LEAST_CASES
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    answers = {(line["method"], line["status"]) for line in lines if line["message"] == "answered"}
    assert {("POST", 202), ("POST", 422), ("GET", 200), ("DELETE", 200), ("GET", 401)} <= answers
    assert "Traceback" not in log
