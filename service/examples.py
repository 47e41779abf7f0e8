"""Examples for the API's description. A test recomputes their certificates from their counts."""

from __future__ import annotations

from typing import Any

from certificates import Bounds, Certifier
from jobs.spec import Failure, InputRecord, JobRecord, JobSpec, JobState, Plan, Progress, RuntimeIdentity
from service.resources import job_resource, progress_event

JOB_ID = "xT5c0b9GkC2yQ1sW8dZrLg"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_HITS = {"n": 100000, "target": 7, "per_class": [0, 112, 931, 505, 100, 0, 0, 93250, 1026, 4076]}

EVIDENCE: dict[Certifier, dict[str, object]] = {
    Certifier.FIRST_ORDER: {"hits": _HITS, "pairs": None, "gradient": None},
    Certifier.SECOND_ORDER: {
        "hits": _HITS,
        "pairs": None,
        "gradient": {"d": 784, "pairs": 50000, "paired_sum": 400.0},
    },
    Certifier.DIPOLE: {
        "hits": None,
        "pairs": {"pairs": 50000, "both": 43980, "plus_only": 2640, "minus_only": 2655},
        "gradient": None,
    },
}

CERTIFICATES: dict[Certifier, dict[str, object]] = {
    Certifier.FIRST_ORDER: {
        "certifier": "first_order",
        "abstained": False,
        "radius": 0.368974,
        "norm": "l2",
        "sigma": 0.25,
        "eta": 0.001,
        "n": 100000,
        "bounds": "paper",
        "p_a": {"lower": 0.930014211869465, "estimate": 0.9325},
        "c_s": None,
        "c_n": None,
        "gradient_norm": None,
        "eta_spent": {"p_a": 0.001},
    },
    Certifier.SECOND_ORDER: {
        "certifier": "second_order",
        "abstained": False,
        "radius": 0.368671,
        "norm": "l2",
        "sigma": 0.25,
        "eta": 0.001,
        "n": 100000,
        "bounds": "paper",
        "p_a": {"lower": 0.9298516095008759, "estimate": 0.9325},
        "c_s": None,
        "c_n": None,
        "gradient_norm": {
            "upper": 0.5379473039312075,
            "estimate": 0.35777087639996635,
            "ceiling": 0.5379473039312075,
        },
        "eta_spent": {"p_a": 0.0005, "gradient_norm": 0.0005},
    },
    Certifier.DIPOLE: {
        "certifier": "dipole",
        "abstained": False,
        "radius": 0.383047,
        "norm": "l2",
        "sigma": 0.25,
        "eta": 0.001,
        "n": 100000,
        "bounds": "paper",
        "p_a": {"lower": 0.9243104171459724, "estimate": 0.9324},
        "c_s": {"lower": 0.8747436942853944, "estimate": 0.8796},
        "c_n": {"lower": 0.049566722860578075, "estimate": 0.0528},
        "gradient_norm": None,
        "eta_spent": {"c_s": 0.0005, "c_n": 0.0005},
    },
}

_BASE: dict[str, object] = {"model": "mnist", "sigma": 0.25, "n": 100000}
_TENSOR = {"shape": [2], "data": [0.31, 0.74]}


def _spec(certifier: Certifier) -> JobSpec:
    source = InputRecord(
        shape=(1, 28, 28),
        low=0.0,
        high=1.0,
        sha256=_HASH,
        source="image",
        conversions=("mode RGB converted to L",),
    )
    return JobSpec(
        model="mnist",
        model_sha256=_HASH[::-1],
        certifier=certifier,
        bounds=Bounds.PAPER,
        sigma=0.25,
        n=100_000,
        n0=100,
        eta=0.001,
        seed=4611686018427387904,
        input=source,
    )


def _succeeded(certifier: Certifier) -> JobRecord:
    runtime = RuntimeIdentity(
        name="onnxruntime", version="1.23.2", provider="CPUExecutionProvider", precision="float32"
    )
    return JobRecord(
        id=JOB_ID,
        spec=_spec(certifier),
        state=JobState.SUCCEEDED,
        created_at=1760000000.0,
        started_at=1760000000.25,
        finished_at=1760000002.5,
        progress=Progress(samples_done=100_000, samples_total=100_000, samples_per_second=50_000.0),
        plan=Plan(
            target=7,
            label="7",
            manifest_sha256=_HASH,
            batch=1000,
            blocks=100,
            shard_blocks=50,
            runtime=runtime,
        ),
        certificate=_document(certifier, _spec(certifier)),
    )


def _document(certifier: Certifier, spec: JobSpec) -> dict[str, object]:
    model = {
        "name": spec.model,
        "sha256": spec.model_sha256,
        "manifest_sha256": _HASH,
        "runtime": "onnxruntime 1.23.2",
        "provider": "CPUExecutionProvider",
        "precision": "float32",
        "batch": 1000,
    }
    return {
        **CERTIFICATES[certifier],
        "prediction": {"index": 7, "label": "7"},
        "n0": spec.n0,
        "counts": EVIDENCE[certifier],
        "model": model,
        "seed": str(spec.seed),
    }


def _unfinished(state: JobState, done: int, failure: Failure | None = None) -> JobRecord:
    return JobRecord(
        id=JOB_ID,
        spec=_spec(Certifier.DIPOLE),
        state=state,
        created_at=1760000000.0,
        started_at=1760000000.25 if done else None,
        finished_at=1760000001.5 if state.is_final else None,
        progress=Progress(
            samples_done=done, samples_total=100_000, samples_per_second=50_000.0 if done else None
        ),
        failure=failure,
    )


def _job(record: JobRecord) -> dict[str, Any]:
    return {"value": job_resource(record).model_dump(mode="json")}


_FAILURE = Failure(type="runtime-load-failed", detail="The model's file cannot be loaded; install it again.")

JOBS: dict[str, Any] = {
    "content": {
        "application/json": {
            "examples": {
                **{certifier.value: _job(_succeeded(certifier)) for certifier in Certifier},
                "running": _job(_unfinished(JobState.RUNNING, 40_000)),
                "cancelled": _job(_unfinished(JobState.CANCELLED, 40_000)),
                "failed": _job(_unfinished(JobState.FAILED, 40_000, _FAILURE)),
            }
        }
    }
}

ACCEPTED: dict[str, Any] = {
    "headers": {
        "Location": {"description": "Address of the job.", "schema": {"type": "string"}},
        "Idempotency-Replayed": {
            "description": "`true` when an earlier request with the same key made the job.",
            "schema": {"type": "string", "enum": ["true", "false"]},
        },
    },
    "content": {"application/json": {"examples": {"queued": _job(_unfinished(JobState.QUEUED, 0))}}},
}

EVENTS: dict[str, Any] = {
    "description": "Events `progress` (data: ProgressEvent) and, last, `end` (data: JobResource).",
    "content": {
        "text/event-stream": {
            "schema": {"type": "string"},
            "examples": {
                "running": {
                    "value": "event: progress\ndata: "
                    + progress_event(_unfinished(JobState.RUNNING, 40_000)).model_dump_json()
                    + "\n\n"
                }
            },
        }
    },
}

SUBMISSION_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"$ref": "#/components/schemas/CertificationForm"},
                "examples": {
                    certifier.value: {"value": {**_BASE, "certifier": certifier.value, "image": "(a file)"}}
                    for certifier in Certifier
                },
            },
            "application/json": {
                "schema": {"$ref": "#/components/schemas/CertificationJson"},
                "examples": {
                    **{
                        certifier.value: {
                            "value": {**_BASE, "certifier": certifier.value, "image": "iVBORw0KGgo..."}
                        }
                        for certifier in Certifier
                    },
                    "tensor": {
                        "value": {"model": "swiss-roll", "certifier": "dipole", "n": 10000, "tensor": _TENSOR}
                    },
                },
            },
        },
    }
}
