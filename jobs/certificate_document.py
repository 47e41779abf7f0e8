"""Write the certificate of a job as it is stored and answered, with everything that it depends on."""

from __future__ import annotations

from certificates import Certificate
from certificates.counts.evidence import Evidence
from jobs.plan import Plan
from jobs.spec import JobSpec


def certificate_document(
    spec: JobSpec, plan: Plan, evidence: Evidence, certificate: Certificate
) -> dict[str, object]:
    """Return the JSON object. The seed is text, because JSON readers may round large whole numbers."""
    runtime = plan.runtime
    return {
        **certificate.to_dict(),
        "prediction": {"index": plan.target, "label": plan.label},
        "clean_prediction": None if plan.clean is None else {"index": plan.clean, "label": plan.clean_label},
        "n0": spec.n0,
        "counts": evidence.to_dict(),
        "claim": spec.claim().to_dict(),
        "input": {
            "shape": list(spec.input.shape),
            "scale": spec.input.scale,
            "sha256": spec.input.sha256,
        },
        "model": {
            "name": spec.model,
            "sha256": spec.model_sha256,
            "manifest_sha256": plan.manifest_sha256,
            "runtime": f"{runtime.name} {runtime.version}",
            "provider": runtime.provider,
            "precision": runtime.precision,
            "memory_format": runtime.memory_format,
            "rows": runtime.rows,
            "threads": runtime.threads,
            "row_scores": runtime.row_scores,
            "batch": plan.batch,
            "noise_generator": runtime.noise,
        },
        "seed": str(spec.seed),
    }
