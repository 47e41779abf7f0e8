"""Load each model once in a process, and check it against the model that the job was accepted for."""

from __future__ import annotations

import gc
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from certificates import Noise
from jobs.job_errors import CannotLoad, PermanentFailure
from jobs.plan import Device, Plan, RuntimeIdentity
from jobs.spec import JobSpec
from registry import ModelManifest
from registry.model_folders import Registry
from worker.array_memory import memory_on
from worker.memory_shortage import OutOfMemory, is_out_of_memory
from worker.noise.drawn_laws import generator_of
from worker.runtimes.pass_rows import SMALLEST, pass_rows_for
from worker.sampling.block_size import block_size_for
from worker.sampling.block_times import BlockTimes

if TYPE_CHECKING:
    from worker.fixed_function.reference import Reference
    from worker.runtimes.runtime import Runtime

log = logging.getLogger(__name__)

KEPT: Final = 2
"""Runtimes that a process keeps in memory. A choice: two models in turn need not be loaded again."""
SPARE: Final = 2**24
"""Elements of 4 bytes that must stay free besides a pass and a block of noise. A choice: 64 MiB for the rest
of a job."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A base classifier ready to vote, in passes of fixed rows, by a fixed number of threads."""

    manifest: ModelManifest
    manifest_sha256: str
    runtime: Runtime
    reference: Reference
    block_times: BlockTimes = field(default_factory=BlockTimes)

    def identity(self, noise: Noise) -> RuntimeIdentity:
        """Return everything on this worker that the counts of a job with this noise depend on."""
        computation = self.runtime.computation.model_dump()
        return RuntimeIdentity(**computation, noise=generator_of(noise, self.runtime.memory.device))


class _Wanted(NamedTuple):
    """Key of a loaded model: its manifest, and how it is computed."""

    fingerprint: str
    rows: int
    threads: int


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
        self._loaded: OrderedDict[_Wanted, LoadedModel] = OrderedDict()
        self._fitting: dict[str, int] = {}

    def for_spec(self, spec: JobSpec) -> LoadedModel:
        """Load the model that a job was accepted for, with this worker's choice of rows and threads.

        The rows are those of the rule, halved until a pass fits into memory, unless the manifest fixes them.
        Raises ModelError when it cannot be loaded, and PermanentFailure when it is not the accepted model any
        more, or not a function of one input.
        """
        manifest = self._accepted(spec)
        fingerprint = manifest.fingerprint
        rows = self._fitting.get(fingerprint) or pass_rows_for(manifest, self._device)
        while True:
            try:
                loaded = self._load(manifest, rows, manifest.threads or self._threads)
            except OutOfMemory as error:
                if manifest.batch_size is not None or rows <= SMALLEST[self._device]:
                    raise  # not remembered against the model: there may be memory for the next job
                log.warning("%s; trying %d rows", error.detail, rows // 2)
            else:
                self._fitting[fingerprint] = rows
                return loaded
            rows //= 2
            gc.collect()  # frees what the failed trial held

    def for_plan(self, spec: JobSpec, plan: Plan) -> LoadedModel:
        """Load the model of a job that has a plan: exactly the function that selection used.

        Rows and threads are the plan's, not this worker's own choice. Raises ModelError when the model
        cannot be loaded, PermanentFailure when it is not the same function.
        """
        manifest = self._accepted(spec)
        _require_same("manifest", manifest.fingerprint, plan.manifest_sha256)
        try:
            loaded = self._load(manifest, plan.runtime.rows, plan.runtime.threads)
        except OutOfMemory as error:
            raise OutOfMemory(
                f"the job was begun in passes of {plan.runtime.rows} rows, for which another worker has no "
                f"memory: {error.detail}; then submit the job again"
            ) from error
        _require_same("runtime", loaded.identity(spec.noise), plan.runtime)
        return loaded

    def _accepted(self, spec: JobSpec) -> ModelManifest:
        manifest = self._registry.get(spec.model)
        if manifest.sha256 != spec.model_sha256:
            raise CannotLoad(
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
        here, accepted = spec.noise.grid_steps(spec.sigma, *manifest.input.scale), spec.claim().grid_steps
        if here != accepted:
            raise PermanentFailure(
                "model_changed",
                f"the scale of model {spec.model!r} makes sigma {here} steps of the noise's grid on this "
                f"worker, and made it {accepted} when the job was accepted: submit the job again",
            )
        return manifest

    def _load(self, manifest: ModelManifest, rows: int, threads: int) -> LoadedModel:
        wanted = _Wanted(manifest.fingerprint, rows, threads)
        known = self._loaded.get(wanted)
        if known is None:
            known = self._loaded[wanted] = self._open_with_room(manifest, wanted)
        self._loaded.move_to_end(wanted)
        while len(self._loaded) > KEPT:
            self._loaded.popitem(last=False)
        return known

    def _open_with_room(self, manifest: ModelManifest, wanted: _Wanted) -> LoadedModel:
        """Open a model. If memory is short, drop the other models and all caches, and try once more."""
        try:
            return self._open(manifest, wanted)
        except OutOfMemory:
            if not self._loaded and self._device == "cpu":
                raise
        self._loaded.clear()
        memory_on(self._device).release()
        return self._open(manifest, wanted)

    def _open(self, manifest: ModelManifest, wanted: _Wanted) -> LoadedModel:
        """Open a model, and tell why if it is one that no worker can use."""
        from worker.runtimes.runtime_errors import RuntimeLoadError  # noqa: PLC0415 - only in the child process

        try:
            return open_model(manifest, self._device, wanted.rows, wanted.threads)
        except OutOfMemory:
            raise  # says nothing against the model
        except (RuntimeLoadError, PermanentFailure) as error:
            self._on_broken(wanted.fingerprint, str(error))
            raise


def open_model(manifest: ModelManifest, device: Device, rows: int, threads: int) -> LoadedModel:
    """Load and try a model while buffers are allocated that are as large as those of a job's sampler.

    Raises OutOfMemory, a ModelError if the model cannot be loaded, and PermanentFailure if it is not one
    function of one input.
    """
    from worker.fixed_function.reference import Reference  # noqa: PLC0415 - only in the child process
    from worker.runtimes.runtime_loading import load_runtime  # noqa: PLC0415 - as above

    try:
        held = 2 * rows + block_size_for(manifest, device)
        buffers = memory_on(device).empty((held * manifest.d + SPARE,))
        runtime = load_runtime(manifest, device, threads, rows)
        del buffers
        reference = Reference(manifest, runtime, rows)
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(_does_not_fit(manifest, rows, error)) from error
        raise
    return LoadedModel(manifest, manifest.fingerprint, reference.runtime, reference)


def _does_not_fit(manifest: ModelManifest, rows: int, error: Exception) -> str:
    advice = "give the worker more memory or fewer processes"
    if manifest.batch_size is not None:
        advice += ", or lower batch_size in model.toml"
    return f"model {manifest.name!r}: a pass of {rows} rows does not fit into memory: {advice} ({error})"


def _require_same(name: str, here: object, there: object) -> None:
    if here != there:
        raise PermanentFailure(
            "classifier_changed",
            f"the job was begun with {name} {there} and this worker has {here}: one job needs one "
            "fixed classifier, so run equal workers and submit the job again",
        )
