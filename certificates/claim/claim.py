"""What a job claims, fixed before it samples; the one place where eta is divided.

A client may see two certificates of one job: that of all samples, and, if it ends the job early or looks at
its progress, one that rests on the samples so far. It may choose between them by what it sees. Both may be
believed, because the failures of both together are paid from one eta:

* Without a stop radius, ``RUNNING_SHARE`` of eta goes to bounds that hold at every number of samples at once
  (anytime-valid), the rest to those for exactly ``n`` samples. Let R be the event that some running
  certificate of the job is ever wrong, F that the final one is. Then ``P(R) <= 0.01 eta`` by the former,
  ``P(F) <= 0.99 eta`` by the latter, and ``P(R or F) <= eta`` however the two depend on each other.
* With a stop radius, every certificate of the job, the last included, comes from anytime-valid bounds, which
  hold all at once; so all of eta is theirs.
* The paper's bounds hold for exactly ``n`` samples and get all of eta: such a job certifies nothing before
  its end.

Discrete noise differs from its exact law by a total variation that is taken off eta first: no event about the
whole job is likelier by more than that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from certificates.bounds.discretisation import SHARE, discretisation_error
from certificates.certificate import Certificate
from certificates.certifiers.certification import certify
from certificates.certifiers.multiclass_statement import multiclass_certificate
from certificates.claim.claim_rules import decision_problems, noise_problems, number_problems, stop_problems
from certificates.counts.evidence import Evidence
from certificates.counts.field_readers import read_fields, read_integer, read_number
from certificates.counts.split_sums import SplitProduct
from certificates.kinds import Bounds, Certifier, Decision, EndedBy, Noise

RUNNING_SHARE = 0.01
"""Part of eta for what a job without a stop radius certifies before its end."""

WHILE_RUNNING = "while_running"
WHEN_COMPLETE = "when_complete"


@dataclass(frozen=True, slots=True)
class Claim:
    """A job's certificate before its counts are known.

    ``n``: evaluations asked for; ``d``: input elements; ``sigma`` in input units; ``grid_steps``: sigma in
    steps of the grid of pixels (discrete noise only); ``stop_radius``: the radius, in input units, at which
    the job may end. Nothing is checked at construction: ``problems`` lists what does not fit together, and
    certificates are refused while there are any.
    """

    certifier: Certifier
    bounds: Bounds
    sigma: float
    eta: float
    n: int
    d: int
    decision: Decision = Decision.MAJORITY
    noise: Noise = Noise.GAUSSIAN
    grid_steps: float | None = None
    stop_radius: float | None = None

    def problems(self, classes: int | None = None) -> list[tuple[str, str]]:
        """List what cannot be asked for, as pairs of the request's field and a message.

        ``classes``: number of classes of the model, where it is known.
        """
        found = [
            *number_problems(self.certifier, self.bounds, self.sigma, self.eta, self.n),
            *decision_problems(self.certifier, self.bounds, self.decision, self.d, classes or 1),
            *stop_problems(self.bounds, self.decision, self.stop_radius),
        ]
        return found or noise_problems(self.noise, self.grid_steps, self.eta, self.charge)

    @property
    def runs(self) -> bool:
        """Whether the samples so far support a certificate while the job runs."""
        return self.bounds is Bounds.TIGHT

    def certificate(self, evidence: Evidence, ended_by: EndedBy) -> Certificate:
        """Return the certificate of a job that ended like this. ValueError as ``final`` and ``running``."""
        return self.running(evidence) if ended_by is EndedBy.CANCELLED else self.final(evidence)

    def final(self, evidence: Evidence) -> Certificate:
        """Return the certificate of a job that has counted all it should.

        ValueError if the evidence is of another kind, or of another number of samples than ``n`` and, with a
        stop radius, does not reach it.
        """
        self._check(evidence)
        budget = self._budget()
        if self.stop_radius is not None:
            certificate = certify(self.certifier, evidence, self.sigma, budget.running, Bounds.ANYTIME)
            if certificate.radius >= self.stop_radius:
                return self._stated(certificate, EndedBy.STOP_RADIUS, {}, budget)
            self._check_complete(evidence)
            return self._stated(certificate, EndedBy.SAMPLES, {}, budget)
        self._check_complete(evidence)
        self._check_gradient_complete(evidence)
        if self.decision is Decision.MULTICLASS:
            certificate = multiclass_certificate(self.certifier, evidence, self.sigma, budget.final)
        else:
            certificate = certify(self.certifier, evidence, self.sigma, budget.final, self.bounds)
        others = {WHILE_RUNNING: budget.running} if self.runs else {}
        return self._stated(certificate, EndedBy.SAMPLES, others, budget)

    def running(self, evidence: Evidence) -> Certificate:
        """Return the certificate that the samples so far support, whenever and why ever one looks.

        A multi-class job certifies the majority meanwhile, which implies the multi-class claim. The gradient
        sums, if any, must be the product of the last epoch that has ended (``Evidence.at_epoch``).
        ValueError if the evidence is of another kind, or the bounds are the paper's.
        """
        self._check(evidence)
        if not self.runs:
            raise ValueError("the paper's bounds certify nothing before all samples are counted")
        budget = self._budget()
        certificate = certify(self.certifier, evidence, self.sigma, budget.running, Bounds.ANYTIME)
        others = {} if self.stop_radius is not None else {WHEN_COMPLETE: budget.final}
        return self._stated(certificate, EndedBy.CANCELLED, others, budget)

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Claim:
        """Read what ``to_dict`` wrote; raises ValueError on anything else."""
        names = {field.name for field in fields(cls)}
        read_fields("claim", data, names)
        return cls(
            certifier=Certifier(str(data["certifier"])),
            bounds=Bounds(str(data["bounds"])),
            sigma=read_number("claim.sigma", data["sigma"]),
            eta=read_number("claim.eta", data["eta"]),
            n=read_integer("claim.n", data["n"]),
            d=read_integer("claim.d", data["d"]),
            decision=Decision(str(data["decision"])),
            noise=Noise(str(data["noise"])),
            grid_steps=_optional("claim.grid_steps", data["grid_steps"]),
            stop_radius=_optional("claim.stop_radius", data["stop_radius"]),
        )

    @property
    def charge(self) -> float:
        """What the finite precision of discrete noise takes off eta; 0 for Gaussian noise."""
        if self.noise is Noise.GAUSSIAN or self.grid_steps is None:
            return 0.0
        return discretisation_error(self.grid_steps, self.d, self.n)

    def _budget(self) -> Budget:
        """Divide eta; the parts add up to at most eta as real numbers."""
        charge = self.charge
        if self.bounds is Bounds.PAPER:
            return Budget(charge, 0.0, _after_charge(self.eta, charge))
        if self.stop_radius is not None:
            return Budget(charge, _after_charge(self.eta, charge), 0.0)
        return divide_eta(self.eta, charge, RUNNING_SHARE)

    def _stated(
        self, certificate: Certificate, ended_by: EndedBy, others: Mapping[str, float], budget: Budget
    ) -> Certificate:
        """Return the certificate with the whole eta and where it went."""
        charge = {SHARE: budget.charge} if self.noise is Noise.DISCRETE else {}
        return replace(
            certificate,
            eta=self.eta,
            eta_spent={**certificate.eta_spent, **others, **charge},
            noise=self.noise,
            ended_by=ended_by,
        )

    def _check(self, evidence: Evidence) -> None:
        for field, message in self.problems():
            raise ValueError(f"{field} {message}")
        if evidence.n > self.n:
            raise ValueError(f"{evidence.n} evaluations were counted, more than the {self.n} asked for")
        if evidence.gradient is not None and evidence.gradient.d != self.d:
            raise ValueError(f"the gradient was measured in {evidence.gradient.d} elements, not in {self.d}")
        for split in () if evidence.gradient is None else evidence.gradient.splits():
            if isinstance(split, SplitProduct) and split.n_asked not in {None, self.n}:
                raise ValueError(f"the split product is an epoch of {split.n_asked} samples, not of {self.n}")

    def _check_complete(self, evidence: Evidence) -> None:
        if evidence.n != self.n:
            raise ValueError(f"{evidence.n} evaluations were counted, {self.n} were asked for")

    def _check_gradient_complete(self, evidence: Evidence) -> None:
        """Refuse gradient sums of some samples only: which ones might have been chosen by what they gave."""
        gradient = evidence.gradient
        if gradient is None:
            return
        if self.bounds is Bounds.PAPER:
            used = {2 * gradient.pairs}
        else:
            used = {split.n_a + split.n_b for split in gradient.splits()}
        if used != {evidence.n}:
            raise ValueError("the gradient sums do not rest on all samples that were counted")


@dataclass(frozen=True, slots=True)
class Budget:
    """Shares of eta: for the finite precision of noise, for running certificates, for the final one."""

    charge: float
    running: float
    final: float


def divide_eta(eta: float, charge: float, running_share: float) -> Budget:
    """Divide eta: ``charge``, ``running_share`` of what remains for running certificates, the final one's.

    With ``charge < eta`` and a share in (0, 1), the parts add up to at most eta as real numbers.
    """
    rest = _after_charge(eta, charge)
    running = running_share * rest
    return Budget(charge, running, math.nextafter(rest - running, 0.0))


def _after_charge(eta: float, charge: float) -> float:
    """Return ``eta - charge``, rounded down."""
    return math.nextafter(eta - charge, 0.0) if charge else eta


def _optional(name: str, value: object) -> float | None:
    return None if value is None else read_number(name, value)
