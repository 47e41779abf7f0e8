"""Examples for the API's description: requests, and answers that the service gave to them.

The answers are in `examples.json` and, to verifications, in `verdicts.json`:
`python -m tests.golden.record_api_examples` writes both.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from service.api.example_requests import BASE, FIELDS
from service.certification.resources import JobResource, progress_event

ANSWERS: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("examples.json").read_bytes())
"""A job of each kind as the service answered it, by the name of the example."""

VERDICTS: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("verdicts.json").read_bytes())
"""What the service answered to a true certificate, and to one whose radius was enlarged."""

JOB_ID: Final[str] = ANSWERS["queued"]["id"]

_TENSOR = {"shape": [2], "data": [0.31, 0.74]}


def _shown(*names: str) -> dict[str, Any]:
    return {"application/json": {"examples": {name: {"value": ANSWERS[name]} for name in names}}}


def _progress() -> str:
    event = progress_event(JobResource.model_validate(ANSWERS["running"]))
    return f"event: progress\ndata: {event.model_dump_json()}\n\n"


JOBS: dict[str, Any] = {"content": _shown(*(name for name in ANSWERS if name != "queued"))}

ACCEPTED: dict[str, Any] = {
    "headers": {
        "Location": {"description": "Address of the job.", "schema": {"type": "string"}},
        "Idempotency-Replayed": {
            "description": "`true` if an earlier request with the same key made the job.",
            "schema": {"type": "string", "enum": ["true", "false"]},
        },
    },
    "content": _shown("queued"),
}

EVENTS: dict[str, Any] = {
    "description": "Events `progress` (data: ProgressEvent) and, last, `end` (data: JobResource).",
    "content": {
        "text/event-stream": {
            "schema": {"type": "string"},
            "examples": {"running": {"value": _progress()}},
        }
    },
}

VERIFICATION_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/JobResource"},
                "examples": {"job": {"value": ANSWERS["first_order"]}},
            }
        },
    }
}

VERIFIED: dict[str, Any] = {
    "content": {
        "application/json": {"examples": {name: {"value": verdict} for name, verdict in VERDICTS.items()}}
    }
}

SUBMISSION_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"$ref": "#/components/schemas/CertificationForm"},
                "examples": {
                    **{
                        name: {"value": {**BASE, **fields, "image": "(a file)"}}
                        for name, fields in (FIELDS | {"stop": {"stop_radius": 0.3}}).items()
                    },
                    "tensor": {"value": {"model": "swiss-roll", "n": 10000, "tensor": "(a .npy file)"}},
                },
            },
            "application/json": {
                "schema": {"$ref": "#/components/schemas/CertificationJson"},
                "examples": {
                    **{
                        name: {"value": {**BASE, **fields, "image": "iVBORw0KGgo..."}}
                        for name, fields in FIELDS.items()
                    },
                    "tensor": {
                        "value": {"model": "swiss-roll", "certifier": "dipole", "n": 10000, "tensor": _TENSOR}
                    },
                },
            },
        },
    }
}
