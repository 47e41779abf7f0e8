"""The merged prefix of a job: its evidence, the ended epochs, and the certificate that it supports.

Shards are merged in order. So a prefix of a job always consists of the same samples, whichever workers
counted them and whenever. Every function here depends only on the prefix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from certificates import Certificate, Claim, Evidence, SplitProduct, SplitSums, epoch_at
from certificates.counts.split_sums import read_split


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first ``merged`` shards of a job.

    ``evidence`` is their sum, None before the first. It holds the vectors of split sums, if the job counts
    any, only while they are needed: the vectors of the first ``folded`` shards are stored in one sum, those
    of the other shards separately. ``product`` is the split product of the last ended gradient epoch, in
    second-order jobs whose bounds are valid at any time.
    """

    merged: int = 0
    folded: int = 0
    evidence: Evidence | None = None
    product: SplitProduct | None = None
    stopped: bool = False
    """Whether these shards certify the stop radius, or give it up. It is not stored: the job then ends."""
    certificate: Certificate | None = None
    """The certificate that the last ``add`` computed, if any; it is not stored."""

    def needs_sums(self, shards: Sequence[Evidence], claim: Claim, of: int) -> bool:
        """Whether the vectors of split sums are needed to add these shards, of ``of`` in all."""
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
        product, split = self.product, _target_sums(evidence)
        if claim.runs and split is not None and _ends_an_epoch(before, evidence.n, claim.n):
            product = split.condensed(claim.n)
        longer = Prefix(self.merged + 1, self.folded, evidence, product)
        if claim.stop_radius is None:
            return longer
        certificate = claim.running(longer.supported())
        stopped = certificate.radius >= claim.stop_radius or claim.out_of_reach(longer.supported())
        return replace(longer, stopped=stopped, certificate=certificate)

    def supported(self) -> Evidence:
        """Return the evidence for anytime-valid bounds. ValueError before the first shard."""
        if self.evidence is None:
            raise ValueError("nothing is merged yet")
        return self.evidence.at_epoch(self.product)

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
            "product": None if self.product is None else self.product.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Prefix:
        """Read what ``to_dict`` wrote; ValueError on anything else."""
        merged, folded, evidence, product = (data[k] for k in ("merged", "folded", "evidence", "product"))
        if not isinstance(merged, int) or not isinstance(folded, int):
            raise ValueError("this is not the prefix of a job")  # noqa: TRY004 - one error for malformed data
        counted = Evidence.from_dict(evidence) if isinstance(evidence, Mapping) else None
        return cls(merged, folded, counted, None if product is None else read_split(product))


def _ends_an_epoch(before: int, now: int, n: int) -> bool:
    """Whether going from ``before`` to ``now`` samples ends an epoch of a job of ``n`` samples."""
    return before == 0 or epoch_at(now, n) < epoch_at(before, n)


def _target_sums(evidence: Evidence) -> SplitSums | None:
    """Return the split sums of the certified class, if the evidence holds them."""
    if evidence.gradient is None or evidence.hits is None:
        return None
    split = evidence.gradient.split
    if evidence.gradient.per_class is not None:
        split = evidence.gradient.per_class[evidence.hits.target]
    return split if isinstance(split, SplitSums) else None
