"""Record the answers that the API's description shows, after a change of what the service answers.

    python -m tests.golden.record_api_examples

All are answers of a service of its own about a shipped digit: accepted, running, ended in every
way, and failed, for a file that is no model.
"""

from __future__ import annotations

import base64
import copy
import json
import tempfile
from pathlib import Path
from typing import Any, Final

import httpx

from scripts.export import Value
from service.api.example_requests import BASE, FIELDS
from tests.golden.running import finished, running_service, submit
from tests.support.model_folders import write_folder
from tests.support.places import ROOT
from tests.support.wait import wait_until

FOLDER: Final = ROOT / "service" / "api"
SEED: Final = 7
NO_MODEL: Final = b"\x08\x08" + bytes(64)
DIGITS: Final[dict[str, Value]] = {
    "kind": "image",
    "shape": [1, 28, 28],
    "mode": "L",
    "low": 0.0,
    "high": 1.0,
}
NEVER_DONE: Final = 100_000_000
"""Samples of the job that is looked at while it runs, and cancelled then."""


def main() -> None:
    """Write ``examples.json`` and ``verdicts.json`` in ``service/api/``."""
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder) / "models", "broken", NO_MODEL, input_table=DIGITS)
        with running_service(Path(folder)) as service:
            answers = _answers(service)
            verdicts = _verdicts(service, answers["first_order"])
    _write("examples.json", answers)
    _write("verdicts.json", verdicts)


def _write(name: str, recorded: dict[str, Any]) -> None:
    text = json.dumps(recorded, indent=2, allow_nan=False)
    (FOLDER / name).write_text(f"{text}\n", encoding="utf-8")


def _answers(service: httpx.Client) -> dict[str, Any]:
    image = base64.b64encode((ROOT / "examples" / "digit-4.png").read_bytes()).decode()
    asked = {name: {**BASE, "seed": SEED, **fields, "image": image} for name, fields in FIELDS.items()}
    answers = dict(zip(asked, finished(service, list(asked.values())), strict=True))
    answers |= _of_one_that_runs(service, {**BASE, "seed": SEED, "n": NEVER_DONE, "image": image})
    path = submit(service, {**BASE, "model": "broken", "seed": SEED, "image": image})
    wait_until(lambda: service.get(path).json()["status"] == "failed", "the job to fail")
    return {**answers, "failed": service.get(path).json()}


def _of_one_that_runs(service: httpx.Client, fields: dict[str, Any]) -> dict[str, Any]:
    accepted = service.post("/v1/certifications", json=fields).json()
    path = f"/v1/certifications/{accepted['id']}"
    wait_until(lambda: (service.get(path).json()["running"] or {}).get("samples", 0) > 0, "a radius")
    running = service.get(path).json()
    return {"queued": accepted, "running": running, "cancelled": service.delete(path).json()}


def _verdicts(service: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    enlarged = copy.deepcopy(job["certificate"])
    enlarged["radius"] += 0.1
    sent = {"holds": job, "does_not_hold": enlarged}
    return {name: service.post("/v1/verifications", json=one).json() for name, one in sent.items()}


if __name__ == "__main__":
    main()
