"""The claim of a job, fixed before it samples, and the certificates that it may publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from certificates.certificate import Certificate
from certificates.certifiers.certifier import Certifier
from certificates.certifiers.certifier_registry import CERTIFIERS
from certificates.claim.claim_rules import (
    decision_problems,
    number_problems,
    rank_problems,
    stop_problems,
)
from certificates.claim.eta import WHEN_COMPLETE, WHILE_RUNNING, Budget, divide_eta
from certificates.counts.evidence import Evidence
from certificates.counts.field_readers import read_fields, read_flag, read_integer, read_number
from certificates.kinds import Bounds, Decision, EndedBy, GradientSumsKind
from certificates.noise_laws import NOISE_LAWS, Noise

GIVE_UP_DOUBT = 1e-3
"""The most that a job may risk to give up a radius that all of its samples would have certified. A choice:
as rare as a false certificate at the default eta."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job's certificate before its counts are known.

    ``n``: evaluations asked for; ``d``: input elements; ``sigma`` in input units; ``grid_steps``: sigma in
    steps of the grid of its noise, None for noise without one; ``stop_radius``: the radius, in input units,
    at which the job may end; ``give_up``: whether it also ends once that radius is out of reach; ``k``: the
    rank within which a class is to stay, for the decision ``top_k``. Nothing is checked at construction:
    ``problems`` lists what does not fit together, and certificates are refused while there are any.
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
    give_up: bool = False
    k: int | None = None

    def problems(self, classes: int | None = None) -> list[tuple[str, str]]:
        """List what cannot be asked for, as pairs of the request's field and a message.

        ``classes``: number of classes of the model, where it is known.
        """
        found = [
            *number_problems(self.certifier, self.bounds, self.sigma, self.eta, self.n),
            *decision_problems(self.certifier, self.bounds, self.decision, self.d, classes or 1),
            *rank_problems(self.decision, self.k, classes),
            *stop_problems(self.bounds, self.decision, self.stop_radius, give_up=self.give_up),
        ]
        return found or self.noise.problems(self.grid_steps, self.eta, self.d, self.n)

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
        stop radius, neither reaches it nor gives it up.
        """
        self._check(evidence)
        budget = self._budget()
        if self.stop_radius is not None:
            certificate = self.certifier.certify(evidence, self.sigma, budget.running, Bounds.ANYTIME)
            if certificate.radius >= self.stop_radius:
                return self._stated(certificate, EndedBy.STOP_RADIUS, {}, budget)
            if self.out_of_reach(evidence):
                return self._stated(certificate, EndedBy.OUT_OF_REACH, {}, budget)
            self._check_complete(evidence)
            return self._stated(certificate, EndedBy.SAMPLES, {}, budget)
        self._check_complete(evidence)
        self._check_gradient_complete(evidence)
        if self.decision is Decision.MULTICLASS:
            certificate = self.certifier.certify_multiclass(evidence, self.sigma, budget.final)
        elif self.decision is Decision.TOP_K:
            certificate = self.certifier.certify_top_k(evidence, self.sigma, budget.final, self.k or 1)
        else:
            certificate = self.certifier.certify(evidence, self.sigma, budget.final, self.bounds)
        others = {WHILE_RUNNING: budget.running} if self.runs else {}
        return self._stated(certificate, EndedBy.SAMPLES, others, budget)

    def out_of_reach(self, evidence: Evidence) -> bool:
        """Whether a job that may give up does so after these samples, which do not certify its stop radius.

        A job whose ``n`` samples would have certified the radius gives up with probability at most
        ``GIVE_UP_DOUBT``, whatever the classifier (docs/running-certificates.md, Theorem 18).
        """
        if self.stop_radius is None or not self.give_up or evidence.n >= self.n:
            return False
        eta = self._budget().running
        best = self.certifier.best_to_come(evidence, self.sigma, eta, self.n, GIVE_UP_DOUBT)
        return best < self.stop_radius

    def running(self, evidence: Evidence) -> Certificate:
        """Return the certificate that the samples so far support, whenever and why ever one looks.

        A multi-class or top-k job certifies the majority meanwhile, which implies its claim. The gradient
        sums, if any, must be the mean of the last epoch that has ended (``Evidence.at_epoch``).
        ValueError if the evidence is of another kind, or the bounds are the paper's.
        """
        self._check(evidence)
        if not self.runs:
            raise ValueError("the paper's bounds certify nothing before all samples are counted")
        budget = self._budget()
        certificate = self.certifier.certify(evidence, self.sigma, budget.running, Bounds.ANYTIME)
        others = {} if self.stop_radius is not None else {WHEN_COMPLETE: budget.final}
        return self._stated(certificate, EndedBy.CANCELLED, others, budget)

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        data: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**data, "certifier": self.certifier.name, "noise": self.noise.name}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Claim:
        """Read what ``to_dict`` wrote; raises ValueError on anything else."""
        names = {field.name for field in fields(cls)}
        read_fields("claim", data, names)
        return cls(
            certifier=CERTIFIERS.named(str(data["certifier"])),
            bounds=Bounds(str(data["bounds"])),
            sigma=read_number("claim.sigma", data["sigma"]),
            eta=read_number("claim.eta", data["eta"]),
            n=read_integer("claim.n", data["n"]),
            d=read_integer("claim.d", data["d"]),
            decision=Decision(str(data["decision"])),
            noise=NOISE_LAWS.named(str(data["noise"])),
            grid_steps=_optional("claim.grid_steps", data["grid_steps"]),
            stop_radius=_optional("claim.stop_radius", data["stop_radius"]),
            give_up=read_flag("claim.give_up", data["give_up"]),
            k=None if data["k"] is None else read_integer("claim.k", data["k"]),
        )

    @property
    def charge(self) -> float:
        """What the error of the noise as drawn takes off eta."""
        return self.noise.charge(self.grid_steps, self.d, self.n)

    def _budget(self) -> Budget:
        return divide_eta(self.eta, self.charge, self.bounds, stops=self.stop_radius is not None)

    def _stated(
        self, certificate: Certificate, ended_by: EndedBy, others: Mapping[str, float], budget: Budget
    ) -> Certificate:
        """Return the certificate with the whole eta and where it went."""
        return replace(
            certificate,
            eta=self.eta,
            eta_spent={**certificate.eta_spent, **others, **self.noise.spent(budget.charge)},
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
        for one in () if evidence.gradient is None else evidence.gradient.statistics():
            if one.n_asked not in {None, self.n}:
                raise ValueError(f"the gradient sums are an epoch of {one.n_asked} samples, not of {self.n}")

    def _check_complete(self, evidence: Evidence) -> None:
        if evidence.n != self.n:
            raise ValueError(f"{evidence.n} evaluations were counted, {self.n} were asked for")

    def _check_gradient_complete(self, evidence: Evidence) -> None:
        """Refuse gradient sums of some samples only: which ones might have been chosen by what they gave."""
        gradient = evidence.gradient
        if gradient is None:
            return
        wanted = self.certifier.gradient_sums(self.bounds, self.decision)
        if wanted is None:
            raise ValueError(f"this evidence is not what a {self.certifier} certificate is computed from")
        if wanted is GradientSumsKind.PAIRED:
            used = {2 * gradient.pairs}
        else:
            used = {statistic.n for statistic in gradient.condensed().statistics()}
        if used != {evidence.n}:
            raise ValueError("the gradient sums do not rest on all samples that were counted")


def _optional(name: str, value: object) -> float | None:
    return None if value is None else read_number(name, value)
