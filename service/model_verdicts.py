"""What the workers report about a model: its folder may be valid, and its network may still fail to load."""

from __future__ import annotations

from jobs.job_errors import StoreUnavailable
from registry.manifest import ModelManifest
from service.context import Context


def nobody_loads(ctx: Context, manifest: ModelManifest) -> str | None:
    """Return why no live worker can load a model; None if one can load it, or one has not tried.

    A report counts only for the manifest that the worker tried, so reports about an earlier state of the
    folder are ignored. The reports may be a second old. Raises StoreUnavailable.
    """
    reasons = [worker.broken.get(manifest.fingerprint) for worker in ctx.liveness.recent_workers()]
    return reasons[0] if reasons and all(reasons) else None


def verdicts(ctx: Context, manifests: list[ModelManifest]) -> list[str | None]:
    """Return ``nobody_loads`` of each model; None for every model if the job store does not answer."""
    try:
        return [nobody_loads(ctx, manifest) for manifest in manifests]
    except StoreUnavailable:
        return [None] * len(manifests)
