"""The first shards of a job, added up without a gap: their evidence, and the certificate it supports.

Shards are merged in order. So a prefix of a job always consists of the same samples, whichever workers
counted them and whenever. Every function here depends only on the prefix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from certificates import AllPairsMean, Certificate, Claim, Evidence, epoch_at
from certificates.counts.all_pairs import read_mean


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first ``merged`` shards of a job.

    ``evidence`` is their sum, None before the first. It holds the vectors of gradient sums, if the job
    counts any, only while they are needed: the vectors of the first ``folded`` shards are stored in one sum,
    those of the other shards separately. ``mean`` is the mean of all pairs of the last ended gradient epoch,
    in second-order jobs whose bounds are valid at any time.
    """

    merged: int = 0
    folded: int = 0
    evidence: Evidence | None = None
    mean: AllPairsMean | None = None
    stopped: bool = False
    """Whether these shards certify the stop radius, or give it up. It is not stored: the job then ends."""
    certificate: Certificate | None = None
    """The certificate that the last ``add`` computed, if any; it is not stored."""

    def needs_sums(self, shards: Sequence[Evidence], claim: Claim, of: int) -> bool:
        """Whether the vectors of gradient sums are needed to add these shards, of ``of`` in all."""
        before = 0 if self.evidence is None else self.evidence.n
        for shard in shards if claim.runs else ():
            if _ends_an_epoch(before, before + shard.n, claim.n):
                return True
            before += shard.n
        return self.merged + len(shards) == of

    def add(self, shard: Evidence, claim: Claim) -> Prefix:
        """Return the prefix with the next shard, which may end an epoch of the gradient."""
        before = 0 if self.evidence is None else self.evidence.n
        evidence = shard if self.evidence is None else self.evidence + shard
        mean = self.mean
        if claim.runs and _ends_an_epoch(before, evidence.n, claim.n):
            mean = _mean_of_target(evidence, claim.n) or mean
        longer = Prefix(self.merged + 1, self.folded, evidence, mean)
        if claim.stop_radius is None:
            return longer
        certificate = claim.running(longer.supported())
        stopped = certificate.radius >= claim.stop_radius or claim.out_of_reach(longer.supported())
        return replace(longer, stopped=stopped, certificate=certificate)

    def supported(self) -> Evidence:
        """Return the evidence for anytime-valid bounds. ValueError before the first shard."""
        if self.evidence is None:
            raise ValueError("nothing is merged yet")
        return self.evidence.at_epoch(self.mean)

    def final(self, claim: Claim) -> tuple[Evidence, Certificate]:
        """Return the evidence and the certificate of a job that ends here. ValueError as ``Claim.final``."""
        if self.evidence is None:
            raise ValueError("nothing is merged yet")
        evidence = self.evidence.condensed() if claim.stop_radius is None else self.supported()
        return evidence, claim.final(evidence)

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data. ValueError if the vectors are in it: they are stored separately."""
        return {
            "merged": self.merged,
            "folded": self.folded,
            "evidence": None if self.evidence is None else self.evidence.to_dict(),
            "mean": None if self.mean is None else self.mean.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Prefix:
        """Read what ``to_dict`` wrote; ValueError on anything else."""
        merged, folded, evidence, mean = (data[k] for k in ("merged", "folded", "evidence", "mean"))
        if not isinstance(merged, int) or not isinstance(folded, int):
            raise ValueError("this is not the prefix of a job")  # noqa: TRY004 - one error for malformed data
        counted = Evidence.from_dict(evidence) if isinstance(evidence, Mapping) else None
        return cls(merged, folded, counted, None if mean is None else read_mean("mean", mean))


def _ends_an_epoch(before: int, now: int, n: int) -> bool:
    """Whether going from ``before`` to ``now`` samples ends an epoch of a job of ``n`` samples."""
    return before == 0 or epoch_at(now, n) < epoch_at(before, n)


def _mean_of_target(evidence: Evidence, n_asked: int) -> AllPairsMean | None:
    """Return the mean of all pairs for the certified class, if the evidence holds its sums."""
    if evidence.gradient is None or evidence.gradient.sums is None:
        return None
    sums = evidence.gradient.sums
    return sums.condensed(evidence.target if sums.per_class else 0, n_asked)
