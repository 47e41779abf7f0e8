"""Examples for the API's description. A test recomputes their certificates from their counts."""

from __future__ import annotations

from typing import Any

from certificates import CERTIFIERS, EndedBy
from jobs.job_records import Failure, JobRecord, JobState, Progress, RunningCertificate
from jobs.plan import Fleet, Plan, RuntimeIdentity
from jobs.spec import InputRecord, JobSpec, StopRule
from service.api.example_certificates import EXAMPLES, Example
from service.certification.resources import job_resource, progress_event

JOB_ID = "xT5c0b9GkC2yQ1sW8dZrLg"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_GENERATOR = "philox4x32-10/box-muller/float32"
_BASE: dict[str, object] = {"model": "mnist", "sigma": 0.25, "n": 100000}
_FIELDS: dict[str, dict[str, object]] = {
    **{certifier.name: {"certifier": certifier.name} for certifier in CERTIFIERS},
    "paper": {"certifier": "dipole", "bounds": "paper"},
    "stop": {"stop": {"radius": 0.3}},
    "multiclass": {"certifier": "first_order", "decision": "multiclass"},
    "discrete": {"noise": "discrete"},
}
_TENSOR = {"shape": [2], "data": [0.31, 0.74]}


def _spec(example: Example) -> JobSpec:
    claim = example.claim
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
        certifier=claim.certifier,
        bounds=claim.bounds,
        decision=claim.decision,
        noise=claim.noise,
        sigma=claim.sigma,
        n=claim.n,
        n0=100,
        eta=claim.eta,
        stop=None if claim.stop_radius is None else StopRule(radius=claim.stop_radius),
        seed=4611686018427387904,
        input=source,
    )


def _ended(example: Example) -> JobRecord:
    done = int(str(example.certificate["n"]))
    cancelled = example.ended_by is EndedBy.CANCELLED
    runtime = RuntimeIdentity(
        name="onnxruntime",
        version="1.23.2",
        provider="CPUExecutionProvider",
        precision="as in the file",
        rows=250,
        threads=1,
        noise=_GENERATOR,
    )
    return JobRecord(
        id=JOB_ID,
        spec=_spec(example),
        state=JobState.CANCELLED if cancelled else JobState.SUCCEEDED,
        created_at=1760000000.0,
        started_at=1760000000.25,
        finished_at=1760000002.5,
        progress=Progress(samples_done=done, samples_total=100_000, samples_per_second=50_000.0),
        plan=Plan(
            target=7,
            label="7",
            manifest_sha256=_HASH,
            batch=1000,
            blocks=100,
            shard_blocks=50,
            runtime=runtime,
            fleet=Fleet(
                device="cpu",
                versions={"onnxruntime": "1.23.2", "torch": "2.9.0"},
                noise=(_GENERATOR,),
                machine="x86_64",
            ),
        ),
        certificate=_document(example, _spec(example)),
    )


def _document(example: Example, spec: JobSpec) -> dict[str, object]:
    model = {
        "name": spec.model,
        "sha256": spec.model_sha256,
        "manifest_sha256": _HASH,
        "runtime": "onnxruntime 1.23.2",
        "provider": "CPUExecutionProvider",
        "precision": "as in the file",
        "memory_format": "contiguous",
        "rows": 250,
        "threads": 1,
        "row_scores": "bit-equal",
        "batch": 1000,
        "noise_generator": _GENERATOR,
    }
    return {
        **example.certificate,
        "prediction": {"index": 7, "label": "7"},
        "n0": spec.n0,
        "counts": example.counts,
        "claim": example.claim.to_dict(),
        "model": model,
        "seed": str(spec.seed),
    }


def _unfinished(state: JobState, done: int, failure: Failure | None = None) -> JobRecord:
    return JobRecord(
        id=JOB_ID,
        spec=_spec(EXAMPLES["dipole"]),
        state=state,
        created_at=1760000000.0,
        started_at=1760000000.25 if done else None,
        finished_at=1760000001.5 if state.is_final else None,
        progress=Progress(
            samples_done=done, samples_total=100_000, samples_per_second=50_000.0 if done else None
        ),
        queue_position=1 if state is JobState.QUEUED else None,
        running=RunningCertificate(radius=0.372539, samples=40_000) if state is JobState.RUNNING else None,
        failure=failure,
    )


def _job(record: JobRecord) -> dict[str, Any]:
    return {"value": job_resource(record).model_dump(mode="json")}


_FAILURE = Failure(type="runtime-load-failed", detail="The model's file cannot be loaded; install it again.")

JOBS: dict[str, Any] = {
    "content": {
        "application/json": {
            "examples": {
                **{name: _job(_ended(example)) for name, example in EXAMPLES.items()},
                "running": _job(_unfinished(JobState.RUNNING, 40_000)),
                "failed": _job(_unfinished(JobState.FAILED, 40_000, _FAILURE)),
            }
        }
    }
}

ACCEPTED: dict[str, Any] = {
    "headers": {
        "Location": {"description": "Address of the job.", "schema": {"type": "string"}},
        "Idempotency-Replayed": {
            "description": "`true` if an earlier request with the same key made the job.",
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
                    + progress_event(job_resource(_unfinished(JobState.RUNNING, 40_000))).model_dump_json()
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
                    **{
                        name: {"value": {**_BASE, **fields, "image": "(a file)"}}
                        for name, fields in (_FIELDS | {"stop": {"stop_radius": 0.3}}).items()
                    },
                    "tensor": {"value": {"model": "swiss-roll", "n": 10000, "tensor": "(a .npy file)"}},
                },
            },
            "application/json": {
                "schema": {"$ref": "#/components/schemas/CertificationJson"},
                "examples": {
                    **{
                        name: {"value": {**_BASE, **fields, "image": "iVBORw0KGgo..."}}
                        for name, fields in _FIELDS.items()
                    },
                    "tensor": {
                        "value": {"model": "swiss-roll", "certifier": "dipole", "n": 10000, "tensor": _TENSOR}
                    },
                },
            },
        },
    }
}
