"""Turn checked requests into runs, and rows into jobs."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from jobs.runs.run_records import RunSpec
from registry.manifest import ModelManifest
from service.auth.callers import Caller
from service.certification.submission import Submission, Submissions
from service.certification.tensors import Tensor
from service.http.problems import ProblemError, field_problem
from service.http.wording import shown_name
from service.runs.run_requests import RowFields, RunFields


def new_run(submissions: Submissions, fields: RunFields, caller: Caller) -> RunSpec:
    """Check what all rows have in common, and fill in the defaults. Raises as ``Submissions.check``."""
    _, asked = submissions.asked(fields, caller)
    radii = tuple(sorted(set(fields.radii)))
    return RunSpec(**dict(asked), name=fields.name, radii=radii, expected_rows=fields.expected_rows)


def new_row(
    submissions: Submissions, run: RunSpec, fields: RowFields, given: bytes | Tensor
) -> tuple[Submission, int | None]:
    """Decode a row's input; return its job, and the index of its true class if it is known.

    Raises ProblemError ``run-model-changed`` if the run's model was replaced, and as ``Submissions.check``.
    """
    manifest = submissions.model(run.model)
    if manifest.sha256 != run.model_sha256:
        detail = f"Model {run.model} was replaced since the run began: begin another run for the new one."
        raise ProblemError("run-model-changed", detail)
    label = _class_index(fields.label, manifest)
    decoded = submissions.decode(given, manifest, run.noise)
    record = decoded.record(manifest.input)
    text = json.dumps([fields.key, label, record.sha256])
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return Submission(run.row(fields.key, record), decoded.data, fingerprint), label


_LONGEST_INDEX: Final = 20
"""Most digits of an index that is text, with leading zeros. Python reads no number of thousands of digits."""


def _class_index(label: int | str | None, manifest: ModelManifest) -> int | None:
    """Return the index of a class from its index or its label. A label comes first; an index may be text."""
    if isinstance(label, str):
        if label in manifest.labels:
            return manifest.labels.index(label)
        short = len(label) <= _LONGEST_INDEX
        index = int(label) if short and label.isascii() and label.isdigit() else -1
    else:
        index = -1 if label is None else label
    if label is None:
        return None
    if not 0 <= index < len(manifest.labels):
        most = len(manifest.labels) - 1
        what = shown_name(label) if isinstance(label, str) else label
        raise field_problem(
            "label",
            f"{what} is no class of model {manifest.name}: give one of its labels, or an index up to {most}",
        )
    return index
