"""What a run says is of one moment, also while its rows end."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.run_specs import whole_certificate

ROWS = 150
RUN: dict[str, Any] = {"name": "points", "model": "plane", "sigma": 0.5, "n": 1000, "radii": [0.25, 0.5]}
TENSOR = {"shape": [2], "data": [0.25, 0.5]}


@pytest.mark.parametrize("tail", ["", "/curve"])
def test_no_more_rows_are_correct_than_have_ended(
    http: httpx.Client, shared_store: JobStore, tail: str
) -> None:
    path = f"/v1/runs/{http.post('/v1/runs', json=RUN).json()['id']}"
    added = [
        http.post(f"{path}/rows", json={"key": str(i), "label": 0, "tensor": TENSOR}).json()["id"]
        for i in range(ROWS)
    ]

    def end_all() -> None:
        for job_id in added:
            begin(shared_store, job_id)
            shared_store.succeed(job_id, whole_certificate(0.75))

    ending = threading.Thread(target=end_all)
    ending.start()
    while ending.is_alive():
        answer = http.get(f"{path}{tail}")
        assert answer.status_code == 200, answer.text
        told = answer.json()
        shares = told["summary"]["certified"] if "summary" in told else told["points"]
        assert {share["share"] for share in shares} <= {1.0, None}
    ending.join()
