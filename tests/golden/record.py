"""Record what the service answers now, after a change that is meant to alter certificates.

    python -m tests.golden.record > tests/golden/certificates.json

It runs the jobs of ``jobs_to_record`` on a service of its own. Then it cancels jobs while they run: their
counts cannot be had a second time, so what is recorded of them is which certificate these counts give.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests.golden.jobs_to_record import CERTIFIERS, NOISES, inputs, requests
from tests.golden.running import comparable, finished, running_service, submit
from tests.support.wait import wait_until

PACKAGES = ("numpy", "scipy", "torch", "onnxruntime", "numba", "pillow")
NEVER_DONE = 100_000_000
"""Samples of a job that is cancelled long before it has them."""
FIRST_LOOK, LATER_LOOK = 1, 100_000
"""Samples that must be done before a job is cancelled."""


def main() -> None:
    """Write the file to standard output."""
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as service:
        recorded = {"jobs": _jobs(service), "cancelled": _cancelled(service)}
    sys.stdout.write(in_lines({"recorded_on": machine(), "inputs": _used(recorded["jobs"]), **recorded}))


def in_lines(document: dict[str, Any]) -> str:
    """Return JSON with one line for each entry of each part."""
    parts = []
    for name, part in document.items():
        if isinstance(part, list):
            parts.append(f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, part)) + "\n]")
        else:
            lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in part.items())
            parts.append(f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def machine() -> dict[str, str]:
    """Return the processor, and the versions that compute."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"processor": _processor(), "python": platform.python_version(), **versions}


def _processor() -> str:
    """Name the processor as Linux does; elsewhere as well as Python can."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor() or platform.machine()
    pairs = (line.partition(":") for line in path.read_text(encoding="utf-8").split("\n\n")[0].splitlines())
    known = {name.strip(): value.strip() for name, _, value in pairs}
    wide = "with" if "avx512f" in known.get("flags", "").split() else "without"
    names = ("vendor_id", "model name", "cpu family", "model")
    told = ", ".join(f"{name} {known[name]}" for name in names if name in known)
    return f"{told}, {wide} AVX-512"


def _jobs(service: httpx.Client) -> list[dict[str, Any]]:
    given, asked = inputs(), requests()
    jobs = finished(service, [{**request.fields, **given[request.input]} for request in asked])
    return [
        {
            "name": request.name,
            "input": request.input,
            "fields": request.fields,
            "certificate": comparable(job["certificate"]),
        }
        for request, job in zip(asked, jobs, strict=True)
    ]


def _used(jobs: list[dict[str, Any]]) -> dict[str, Any]:
    used = {job["input"] for job in jobs}
    return {name: given for name, given in inputs().items() if name in used}


def _cancelled(service: httpx.Client) -> list[dict[str, Any]]:
    recorded = []
    for certifier in CERTIFIERS:
        for samples in (FIRST_LOOK, LATER_LOOK):
            plain = {"certifier": certifier, "seed": samples}
            for noise in NOISES:
                fields = {**plain, "model": "mnist", "noise": noise, "sigma": 0.5, "n": NEVER_DONE}
                recorded.append(_cancel(service, "digit-4", fields, samples))
            point = {**plain, "model": "swiss-roll", "sigma": 0.2, "n": NEVER_DONE}
            recorded.append(_cancel(service, "inner arm", point, samples))
            recorded.append(_cancel(service, "inner arm", {**point, "stop": {"radius": 3.0}}, samples))
    multiclass = {"model": "swiss-roll", "certifier": "second_order", "decision": "multiclass", "sigma": 0.2}
    recorded.append(_cancel(service, "inner arm", {**multiclass, "n": NEVER_DONE}, LATER_LOOK))
    return recorded


def _cancel(service: httpx.Client, given: str, fields: dict[str, Any], samples: int) -> dict[str, Any]:
    """Cancel a job once so many samples support its running certificate; return what it keeps."""
    path = submit(service, {**fields, **inputs()[given]})

    def looked_at() -> bool:
        running = service.get(path).json()["running"]
        return running is not None and running["samples"] >= samples

    wait_until(looked_at, f"{samples} samples of {path}")
    job = service.delete(path).json()
    assert job["status"] == "cancelled", job
    assert job["certificate"] is not None, job
    name = " ".join(str(fields[key]) for key in ("model", "certifier", "noise", "decision") if key in fields)
    stop = " stop" if "stop" in fields else ""
    return {"name": f"{name}{stop} after {samples}", "certificate": comparable(job["certificate"])}


if __name__ == "__main__":
    main()
