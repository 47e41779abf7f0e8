"""The ledger of a running job: its plan, the shards that are out, their counts and their progress.

The evidence of a shard is stored once, from the worker that delivers it first, and merged in shard order into
one running sum. The number of shards that wait to be merged is bounded, and so is the space that a job takes.
Most of it are the vectors of gradient sums. They are stored separately from the votes, once for each shard,
and added into one sum when an epoch of the job ends, or when several shards were merged without their
vectors.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final, cast

from redis import Redis

from certificates import Claim
from certificates.counts.evidence import Evidence
from certificates.counts.gradient_sums import GradientSums
from jobs import keys
from jobs.certificate_document import certificate_document
from jobs.connection import store_errors
from jobs.job_errors import JobEnded, StepLeftOver
from jobs.job_records import JobState
from jobs.merged_prefix import Prefix
from jobs.packed_sums import pack_sums, unpack_sums
from jobs.plan import Plan
from jobs.scripts import load_script
from jobs.shard_times import bucket_of
from jobs.spec import JobSpec

AHEAD: Final = 4
"""Shards may be this many windows beyond the merged ones. A choice: while a lost shard is counted again,
workers can go on with others for that long, and that many counts wait in the store."""
AHEAD_BYTES: Final = 64 * 2**20
"""Waiting shards beyond one window may take this much memory. A choice; it bounds the store's memory."""
UNFOLDED: Final = 8
"""So many merged shards may have their vectors stored one by one, before they are added into the sum. A
choice: the sum is written once for so many shards, whose vectors take space until then."""
UNFOLDED_BYTES: Final = 16 * 2**20
"""Fewer, if their vectors take this much memory. A choice."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The progress of a job: what is merged, and what waits to be merged next."""

    prefix: Prefix
    waiting: tuple[Evidence, ...]
    """Counts of the shards that follow the merged ones, without their vectors if ``summed``."""
    summed: bool
    """Whether these shards have vectors of gradient sums in the store."""
    shard_bytes: int

    @property
    def counted(self) -> int:
        """Return how many shards from shard 0 on are stored without a gap."""
        return self.prefix.merged + len(self.waiting)


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge: shards to put on the queue, or the end of the job.

    ``whole`` is the prefix from which the job's certificate is computed, once all shards are counted or the
    radius to stop at is certified.
    """

    dispatched: tuple[int, ...] = ()
    whole: Prefix | None = None


class Ledger:
    """Reads and writes the progress of running jobs. Every method raises StoreUnavailable.

    Methods raise JobEnded if the job is not running any more, so that its steps stop. Those that take a plan
    raise StepLeftOver if it is not the job's plan: a server that was restored from an older copy may have
    forgotten a plan, and its shards must not be counted in a job that was planned again.
    """

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._fix_plan = load_script(client, "fix_plan")
        self._store = load_script(client, "store_shard")
        self._merge = load_script(client, "merge")
        self._report = load_script(client, "report")

    def fix_plan(self, job_id: str, plan: Plan, messages: Sequence[str] = ()) -> Plan:
        """Store the plan unless the job has one, and return the job's plan. Raises JobEnded.

        ``messages`` go on the queue with the plan. They are about the shards 1, 2 and so on: with them, these
        shards and shard 0 are out, and whoever gets ``plan`` itself back counts shard 0.
        """
        queue = keys.queue(plan.fleet.key)
        names = [keys.job(job_id), keys.ACTIVE, keys.fleet_jobs(plan.fleet.key), keys.messages(queue)]
        with store_errors():
            held = self._fix_plan(
                keys=names,
                args=[job_id, time.time(), plan.text, queue, plan.shards, *messages],
            )
        if held is None:
            raise JobEnded(f"job {job_id} is not running")
        return Plan.model_validate_json(cast("bytes", held))

    def report(self, job_id: str, shard: int, samples: int) -> None:
        """Record the evaluations done in a shard that is being sampled. Raises JobEnded."""
        with store_errors():
            state = self._report(
                keys=[keys.job(job_id), keys.progress(job_id), keys.ACTIVE],
                args=[job_id, time.time(), shard, samples],
            )
        if state is None or cast("bytes", state).decode() != JobState.RUNNING:
            raise JobEnded(f"job {job_id} is not running")

    def store_shard(
        self, job_id: str, plan: Plan, shard: int, evidence: Evidence, seconds: float = 0.0
    ) -> Standing:
        """Store the counts of a shard, once, and return the progress after it.

        ``seconds`` is the time that the shard took, for the totals of metrics. If shard 0 is all that is
        counted, its vectors need not be read back: the progress holds them.
        """
        sums = pack_sums(evidence.gradient)
        votes = evidence.at_epoch(None) if sums else evidence
        content = json.dumps({"evidence": votes.to_dict(), "summed": bool(sums)}, allow_nan=False)
        standing = self._tell(job_id, plan, shard, content, sums, evidence.n, seconds, bucket_of(seconds))
        if shard == standing.prefix.merged == 0 and standing.waiting == (votes,):
            return replace(standing, waiting=(evidence,), summed=False)
        return standing

    def look(self, job_id: str, plan: Plan) -> Standing:
        """Return the job's progress."""
        return self._tell(job_id, plan)

    def merge(
        self, job_id: str, spec: JobSpec, plan: Plan, window: int, standing: Standing | None = None
    ) -> Merged:
        """Merge the shards that wait, and take the next ones, with ``window`` out at a time.

        A merged part of a job is stored together with its certificate, if that is the best so far. A job with
        a stop radius is merged only up to the first shard that certifies it or gives it up. The end of a job
        is not stored here, because its certificate replaces everything.
        """
        claim = spec.claim()
        while True:
            standing = standing or self.look(job_id, plan)
            if not standing.waiting:
                merged = self._write(job_id, plan, window, [])
            else:
                prefix = self._longer(job_id, standing, claim, plan)
                if prefix is None:
                    merged = None
                elif prefix.stopped or prefix.merged == plan.shards:
                    return Merged(whole=prefix)
                else:
                    merged = self._store_prefix(job_id, window, standing, prefix, (spec, plan))
            if merged is not None:
                return merged
            standing = None  # another worker has merged meanwhile

    def missing(self, job_id: str) -> tuple[int, ...]:
        """Return the shards that were put on the queue and are not stored."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(keys.job(job_id), ["merged", "dispatched"])
            pipe.hkeys(keys.shards(job_id))
            (merged, dispatched), stored = pipe.execute()
        there = {int(shard) for shard in stored}
        return tuple(k for k in range(int(merged or 0), int(dispatched or 0)) if k not in there)

    def _tell(self, job_id: str, plan: Plan, *shard: str | bytes | float) -> Standing:
        names = (keys.job, keys.shards, keys.vectors, keys.progress)
        others = [keys.ACTIVE, keys.TOTALS, keys.prefix(job_id)]
        with store_errors():
            told = self._store(
                keys=[*(name(job_id) for name in names), *others],
                args=[job_id, time.time(), plan.text, *shard],
            )
        _require_running(job_id, told)
        shard_bytes, prefix, *waiting = cast("list[bytes]", told)
        counts = [json.loads(content) for content in waiting]
        return Standing(
            prefix=Prefix.from_dict(json.loads(prefix)) if prefix else Prefix(),
            waiting=tuple(Evidence.from_dict(content["evidence"]) for content in counts),
            summed=any(content["summed"] for content in counts),
            shard_bytes=int(shard_bytes),
        )

    def _longer(self, job_id: str, standing: Standing, claim: Claim, plan: Plan) -> Prefix | None:
        """Return the prefix with the waiting shards; None if another worker has merged meanwhile."""
        prefix, waiting = standing.prefix, standing.waiting
        to_add: Iterable[Evidence] = waiting
        unfolded = prefix.merged + len(waiting) - prefix.folded
        many = unfolded >= UNFOLDED or unfolded * standing.shard_bytes > UNFOLDED_BYTES
        if standing.summed and (many or prefix.needs_sums(waiting, claim, plan.shards)):
            read = self._with_sums(job_id, plan, prefix, waiting)
            if read is None:
                return None
            prefix, to_add = read
        for shard in to_add:
            if prefix.stopped:
                break
            prefix = prefix.add(shard, claim)
        return prefix

    def _with_sums(
        self, job_id: str, plan: Plan, prefix: Prefix, waiting: tuple[Evidence, ...]
    ) -> tuple[Prefix, Iterator[Evidence]] | None:
        """Return prefix and shards with their vectors; None if the store has others than these now.

        Another worker may have added the vectors into the sum meanwhile, or the server may have come back
        with an older copy. The vectors of one shard after another are unpacked, so that few of them are in
        memory at once.
        """
        single = range(prefix.folded, prefix.merged + len(waiting))
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(keys.job(job_id), ["status", "plan", "merged", "folded"])
            pipe.get(keys.sums(job_id))
            pipe.hmget(keys.vectors(job_id), [str(shard) for shard in single])
            (state, text, *now), folded, vectors = pipe.execute()
        if state != JobState.RUNNING.encode():
            raise JobEnded(f"job {job_id} is not running")
        if text != plan.text.encode():
            raise StepLeftOver("the job has another plan")
        if [int(one) for one in now] != [prefix.merged, prefix.folded] or None in vectors:
            return None
        packed = [folded, *vectors] if prefix.folded else vectors
        merged_sums, added = packed[: len(packed) - len(waiting)], packed[len(packed) - len(waiting) :]
        if prefix.evidence is not None:
            whole = reduce(GradientSums.__add__, map(unpack_sums, merged_sums))
            prefix = replace(prefix, evidence=Evidence(hits=prefix.evidence.hits, gradient=whole))
        shards = zip(waiting, map(unpack_sums, added), strict=True)
        return prefix, (Evidence(hits=shard.hits, gradient=gradient) for shard, gradient in shards)

    def _store_prefix(
        self, job_id: str, window: int, standing: Standing, prefix: Prefix, job: tuple[JobSpec, Plan]
    ) -> Merged | None:
        """Store a longer prefix and take the next shards; None if another worker has merged meanwhile."""
        (spec, plan), evidence = job, prefix.evidence
        sums = b"" if evidence is None else pack_sums(evidence.gradient)
        if evidence is not None and sums:
            prefix = replace(prefix, folded=prefix.merged, evidence=evidence.at_epoch(None))
        running: list[str | int] = ["", "", ""]
        claim = spec.claim()
        if claim.runs:
            supported = prefix.supported()
            certificate = prefix.certificate or claim.running(supported)
            document = certificate_document(spec, plan, supported, certificate)
            running = [repr(certificate.radius), supported.n, json.dumps(document, allow_nan=False)]
        content = json.dumps(prefix.to_dict(), allow_nan=False)
        before, after = standing.prefix, prefix
        changed = [before.merged, before.folded, after.merged, after.folded]
        return self._write(job_id, plan, window, [*changed, content, sums, *running])

    def _write(
        self, job_id: str, plan: Plan, window: int, merge: Sequence[str | int | bytes]
    ) -> Merged | None:
        names = (keys.job, keys.shards, keys.vectors, keys.sums, keys.prefix, keys.running)
        with store_errors():
            taken = self._merge(
                keys=[*(name(job_id) for name in names), keys.ACTIVE],
                args=[
                    *(job_id, time.time(), plan.text),
                    *(window, AHEAD * window, AHEAD_BYTES, *merge),
                ],
            )
        _require_running(job_id, taken)
        return Merged(tuple(cast("list[int]", taken))) if isinstance(taken, list) else None


def _require_running(job_id: str, answer: object) -> None:
    """Raise if a script refused because the job is not running, or has another plan."""
    if answer == -1:
        raise JobEnded(f"job {job_id} is not running")
    if answer == -2:
        raise StepLeftOver("the job has another plan")
