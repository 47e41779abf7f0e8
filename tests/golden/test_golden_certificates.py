"""The service answers the recorded requests with the recorded certificates, to the last bit.

``certificates.json`` names the processor and the versions that it was recorded with; there every bit must
agree. Elsewhere the votes must still agree. The means of gradient sums may differ by their stated rounding
error, because a processor adds in its own order; the rest must follow from them.

A vote can differ where another processor's rounding decides between a sample's two best scores. That is
rare: on 300,000 noisy digits ONNX Runtime and PyTorch, whose scores differ by up to 1e-5, agreed on all
votes. Where ``test_golden_mathematics`` fails too, the mathematics have changed.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from certificates import Claim, EndedBy, Evidence
from tests.golden.record import machine
from tests.golden.running import comparable, finished, running_service

RECORDED = json.loads(Path(__file__).with_name("certificates.json").read_text(encoding="utf-8"))
NAMES = [job["name"] for job in RECORDED["jobs"]]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The service's certificates by the jobs' names: all were submitted at once."""
    bodies = [{**job["fields"], **RECORDED["inputs"][job["input"]]} for job in RECORDED["jobs"]]
    with running_service(tmp_path_factory.mktemp("service")) as service:
        jobs = finished(service, bodies)
    return {name: job["certificate"] for name, job in zip(NAMES, jobs, strict=True)}


@pytest.mark.parametrize("recorded", RECORDED["jobs"], ids=NAMES)
def test_a_recorded_request_gets_the_recorded_certificate(
    answered: dict[str, dict[str, Any]], recorded: dict[str, Any]
) -> None:
    certificate, expected = comparable(answered[recorded["name"]]), recorded["certificate"]
    if machine() != RECORDED["recorded_on"]:
        expected = with_means_of(certificate, expected)
    assert certificate["counts"] == expected["counts"]
    assert certificate == expected


def with_means_of(certificate: dict[str, Any], recorded: dict[str, Any]) -> dict[str, Any]:
    """Return what is recorded, with the means of a certificate if they agree, and what follows."""
    counts = copy.deepcopy(recorded["counts"])
    for mean, answered in zip(means(counts), means(certificate["counts"]), strict=True):
        assert abs(answered["mean"] - mean["mean"]) <= answered["error"]
        assert answered["error"] == pytest.approx(mean["error"], rel=1e-9)
        mean |= {name: answered[name] for name in ("mean", "error")}
    claim, evidence = Claim.from_dict(recorded["claim"]), Evidence.from_dict(counts)
    follows = claim.certificate(evidence, EndedBy(recorded["ended_by"])).to_dict()
    return {**recorded, **follows, "counts": counts}


def means(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the means of all pairs in gradient sums."""
    gradient = counts["gradient"] or {}
    mean = gradient.get("all_pairs")
    return ([mean] if mean else []) + (gradient.get("per_class") or [])
