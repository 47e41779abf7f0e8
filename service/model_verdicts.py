"""What the workers report about a model: its folder may be valid, and its network may still fail to load."""

from __future__ import annotations

from jobs.job_errors import StoreUnavailable
from registry.manifest import ModelManifest
from service.context import Context


def nobody_loads(ctx: Context, manifest: ModelManifest, alive: list[str] | None = None) -> str | None:
    """Return why no live worker can load a model; None if one can load it, or one has not tried.

    A report counts only for the manifest that the worker tried, so reports about an earlier state of the
    folder are ignored. ``alive``: ids of the live workers, if the caller knows them. Raises StoreUnavailable.
    """
    ids = live_workers(ctx) if alive is None else alive
    reasons = ctx.liveness.reasons_against(ids, manifest.fingerprint)
    return reasons[0] if reasons and all(reasons) else None


def live_workers(ctx: Context) -> list[str]:
    """Return the ids of the live workers. Raises StoreUnavailable."""
    return [worker.id for worker in ctx.liveness.live_workers()]


def verdicts(ctx: Context, manifests: list[ModelManifest]) -> list[str | None]:
    """Return ``nobody_loads`` of each model; None for every model if the job store does not answer."""
    try:
        alive = live_workers(ctx)
        return [nobody_loads(ctx, manifest, alive) for manifest in manifests]
    except StoreUnavailable:
        return [None] * len(manifests)
