"""Turn checked requests into runs, and rows into jobs."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Final

from jobs.runs.run_records import RunSpec
from jobs.spec import JobSpec, StopRule
from registry.manifest import ModelManifest
from service.auth.callers import Caller
from service.certification.requests import MAX_SEED
from service.certification.submission import Submission, Submissions
from service.certification.tensors import Tensor
from service.http.problems import ProblemError, field_problem
from service.http.wording import shown_name
from service.runs.run_requests import RowFields, RunFields


def new_run(submissions: Submissions, fields: RunFields, caller: Caller) -> RunSpec:
    """Check what all rows have in common, and fill in the defaults. Raises as ``Submissions.check``."""
    manifest, sigma = submissions.settle(fields, caller)
    stop = fields.stops()
    return RunSpec(
        name=fields.name,
        model=manifest.name,
        model_sha256=manifest.sha256,
        certifier=fields.certifier,
        bounds=fields.bounds,
        decision=fields.decision,
        k=fields.k,
        noise=fields.noise,
        sigma=sigma,
        n=fields.n,
        n0=fields.n0,
        eta=fields.eta,
        stop=None if stop is None else StopRule(radius=stop.radius, give_up=stop.give_up),
        seed=secrets.randbelow(MAX_SEED + 1) if fields.seed is None else fields.seed,
        radii=tuple(sorted(set(fields.radii))),
        expected_rows=fields.expected_rows,
        owner=caller.owner,
    )


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
    common = run.model_dump(exclude={"name", "seed", "radii", "expected_rows"})
    spec = JobSpec(**common, seed=run.seed_of(fields.key), input=record)
    text = json.dumps([fields.key, label, record.sha256])
    return Submission(spec, decoded.data, hashlib.sha256(text.encode()).hexdigest()), label


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
