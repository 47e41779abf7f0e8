"""Runs for tests, and certificates as their rows end with."""

from __future__ import annotations

from certificates import FIRST_ORDER, Certifier
from jobs.keys import row_name
from jobs.runs.run_records import RunSpec
from jobs.step_messages import StepMessages
from jobs.store import Created, Idempotency, JobStore, Limits, RowOf
from service.api.examples import ANSWERS
from tests.support.specs import submission


def run_spec(
    *,
    radii: tuple[float, ...] = (),
    owner: str = "",
    name: str = "digits",
    seed: int = 7,
    model: str = "half-space",
    certifier: Certifier = FIRST_ORDER,
    expected_rows: int | None = None,
) -> RunSpec:
    """Return the specification of a run, of the half-space by first order if nothing else is asked for."""
    return RunSpec(
        name=name,
        model=model,
        model_sha256="0" * 64,
        certifier=certifier,
        sigma=0.5,
        n=100,
        n0=10,
        eta=0.001,
        seed=seed,
        radii=radii,
        expected_rows=expected_rows,
        owner=owner,
    )


def certificate(radius: float, predicted: int = 0) -> dict[str, object]:
    """Return as much of a certificate as a run reads; a radius of 0 is an abstention."""
    return {"radius": radius, "abstained": radius == 0.0, "prediction": {"index": predicted, "label": "one"}}


def whole_certificate(radius: float, predicted: int = 0) -> dict[str, object]:
    """Return a certificate that the gateway can show, with this radius and class."""
    return {**ANSWERS["first_order"]["certificate"], **certificate(radius, predicted)}


def add_row(
    store: JobStore,
    run_id: str,
    key: str,
    label: int | None = None,
    *,
    most: int = 0,
    message: StepMessages | None = None,
    fingerprint: str = "same",
) -> Created:
    """Add a row to a run, as the gateway does."""
    made = submission(n=100)
    again = Idempotency(row_name(run_id, key), fingerprint)
    row = RowOf(run_id, key, label, most)
    return store.create(made.spec, made.input_bytes, again, Limits(), message, row)
