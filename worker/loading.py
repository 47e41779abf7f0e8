"""From a model's name to its runtime: loaded once a process, and checked against what the job was given."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jobs.errors import PermanentFailure
from jobs.spec import JobSpec, Plan
from models import ModelManifest
from models.registry import Registry
from worker.batch import Device, batch_size_for

if TYPE_CHECKING:
    from worker.determinism import Reference
    from worker.runtimes.base import Runtime

KEPT: Final = 2
"""Runtimes that a process keeps in memory."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A base classifier ready to vote, and the fixed shape of its batches."""

    manifest: ModelManifest
    manifest_sha256: str
    runtime: Runtime
    batch: int
    reference: Reference


class ModelCache:
    """The models of one process."""

    def __init__(
        self,
        registry: Registry,
        device: Device,
        threads: int,
        on_broken: Callable[[str, str], None] = lambda _fingerprint, _reason: None,
    ) -> None:
        """Keep models of ``registry``; ``on_broken`` is told a manifest's fingerprint."""
        self._registry = registry
        self._device = device
        self._threads = threads
        self._on_broken = on_broken
        self._loaded: OrderedDict[str, LoadedModel] = OrderedDict()

    def for_spec(self, spec: JobSpec) -> LoadedModel:
        """Load the model that a job was accepted for.

        Raises ModelError when it cannot be loaded, PermanentFailure when it is another one by now, or
        gives different votes on equal inputs.
        """
        manifest = self._registry.get(spec.model)
        if manifest.sha256 != spec.model_sha256:
            raise PermanentFailure(
                "model_changed",
                f"model {spec.model!r} was {spec.model_sha256} when the job was accepted and is "
                f"{manifest.sha256} on this worker: submit the job again",
            )
        if manifest.input.shape != spec.input.shape:
            raise PermanentFailure(
                "model_changed",
                f"model {spec.model!r} takes inputs of shape {list(manifest.input.shape)} on this worker, "
                f"the job has {list(spec.input.shape)}: submit the job again",
            )
        return self._load(manifest)

    def for_plan(self, spec: JobSpec, plan: Plan) -> LoadedModel:
        """Load the model of a job that has a plan: exactly the function that selection used.

        Raises ModelError when it cannot be loaded, PermanentFailure when it is not the same function.
        """
        loaded = self.for_spec(spec)
        found = (loaded.runtime.identity, loaded.manifest_sha256, loaded.batch)
        wanted = (plan.runtime, plan.manifest_sha256, plan.batch)
        for name, here, there in zip(("runtime", "manifest", "batch"), found, wanted, strict=True):
            if here != there:
                raise PermanentFailure(
                    "classifier_changed",
                    f"the job was begun with {name} {there} and this worker has {here}: one job needs one "
                    "fixed classifier, so run equal workers and submit the job again",
                )
        return loaded

    def _load(self, manifest: ModelManifest) -> LoadedModel:
        fingerprint = manifest.fingerprint
        known = self._loaded.get(fingerprint)
        if known is None:
            known = self._loaded[fingerprint] = self._open(manifest, fingerprint)
        self._loaded.move_to_end(fingerprint)
        while len(self._loaded) > KEPT:
            self._loaded.popitem(last=False)
        return known

    def _open(self, manifest: ModelManifest, fingerprint: str) -> LoadedModel:
        import torch  # noqa: PLC0415 - only in the child process

        from worker.determinism import Reference  # noqa: PLC0415 - as above
        from worker.runtimes import RuntimeLoadError, load_runtime  # noqa: PLC0415 - as above

        torch.set_num_threads(self._threads)
        batch = batch_size_for(manifest, self._device)
        try:
            runtime = load_runtime(manifest, self._device, self._threads)
            reference = Reference(manifest, runtime, runtime.rows or batch)
        except (RuntimeLoadError, PermanentFailure) as error:
            self._on_broken(fingerprint, str(error))
            raise
        return LoadedModel(manifest, fingerprint, runtime, batch, reference)
