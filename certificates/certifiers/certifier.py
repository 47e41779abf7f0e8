"""The base of certifiers: which evidence one needs, which requests it accepts, and its certificates."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from certificates.bounds.error_probability import check_error
from certificates.certificate import Certificate
from certificates.counts.evidence import Evidence
from certificates.curves.lower_bounds import Curve, check_sigma
from certificates.kinds import Bounds, Decision, EvidenceKind, GradientSumsKind, Weights


class Certifier(ABC):
    """Makes one kind of certificate. An instance is found by its name once it is registered.

    A certifier implements the methods whose names begin with ``_``. They are called with evidence of the
    certifier's kind, and with ``sigma`` and ``eta`` in range.
    """

    name: ClassVar[str]
    """Its name in requests, certificates and metrics."""

    colour: ClassVar[str] = "#009E73"
    """The colour of its curve in pictures, as SVG and CSS write it."""

    evidence: ClassVar[EvidenceKind]
    """The kind of evidence that workers count for it."""

    majority_only: ClassVar[str | None] = "it compares the class with one half alone"
    """Why it makes no multi-class certificates; None if it makes them."""

    ranks: ClassVar[bool] = False
    """Whether it makes top-k certificates."""

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<certifier {self.name}>"

    def certify(
        self, evidence: Evidence, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
    ) -> Certificate:
        """Return a certificate that is wrong with probability at most ``eta``.

        ``sigma`` is in units of input. ValueError when the evidence is not of the kind that the certifier
        needs, or ``sigma`` or ``eta`` is out of range.
        """
        self._check(evidence, sigma, eta, "")
        match bounds:
            case Bounds.PAPER:
                return self._paper(evidence, sigma, eta)
            case Bounds.TIGHT:
                return self._tight(evidence, sigma, eta)
            case Bounds.ANYTIME:
                return self._anytime(evidence, sigma, eta)

    def certify_multiclass(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Return the multi-class certificate of a number of samples fixed in advance. ValueError as above."""
        self._check(evidence, sigma, eta, "multi-class ")
        return self._multiclass(evidence, sigma, eta)

    def certify_top_k(self, evidence: Evidence, sigma: float, eta: float, k: int) -> Certificate:
        """Return the top-k certificate of a number of samples fixed in advance. ValueError as above."""
        self._check(evidence, sigma, eta, "top-k ")
        return self._top_k(evidence, sigma, eta, k)

    def gradient_sums(self, bounds: Bounds, decision: Decision) -> GradientSumsKind | None:  # noqa: ARG002 - subclasses read them
        """Return the gradient sums that these bounds are computed from; None without any."""
        return None

    def weights(
        self,
        bounds: Bounds,  # noqa: ARG002 - subclasses read them
        decision: Decision,  # noqa: ARG002
        selected: tuple[int, int],  # noqa: ARG002
        n: int,  # noqa: ARG002
        d: int,  # noqa: ARG002
    ) -> Weights:
        """Return the weights that noise has in the gradient sums of ``n`` samples in ``d`` elements.

        ``selected``: the votes for the class among the samples of selection, and their number. Nothing that
        is counted may decide the weights.
        """
        return Weights.SCORES

    def number_problem(self, n: int, bounds: Bounds) -> str | None:
        """Say why a job cannot have ``n`` samples for these bounds; None if it can."""
        if self.in_pairs(bounds) and n % 2:
            return f"must be even for {self} with `{bounds}` bounds: samples are taken in pairs"
        return None

    def in_pairs(self, bounds: Bounds) -> bool:
        """Whether these bounds take samples in pairs, so that their number must be even."""
        paired = self.gradient_sums(bounds, Decision.MAJORITY) is GradientSumsKind.PAIRED
        return paired or self.evidence is EvidenceKind.PAIRS

    def decision_problem(self, decision: Decision) -> str | None:
        """Say why it cannot certify this decision; None if it can."""
        if decision is Decision.MULTICLASS and self.majority_only is not None:
            return f"must be `majority` for {self}: {self.majority_only}"
        if decision is Decision.TOP_K and not self.ranks:
            return f"must not be `top_k` for {self}: it makes no such certificate"
        return None

    @abstractmethod
    def likely_case(self, n: int, classes: int, score: float, rivals: int = 1) -> tuple[Certifier, Evidence]:
        """Return evidence of ``n`` samples of a class with this score, and the certifier to certify it with.

        Nine in ten jobs count at least as many hits; at score 1 all samples hit. The samples that do not hit
        are divided among ``rivals`` of the ``classes``. What the score leaves open is as bad as it can be.
        The certifier may be another one, which spends all of eta on the score.
        """

    def farthest(self, best: Certificate) -> float:
        """Return a radius that no certificate of as many samples exceeds; ``best``: the one where all hit."""
        return best.radius

    @abstractmethod
    def best_to_come(self, evidence: Evidence, sigma: float, eta: float, n: int, doubt: float) -> float:
        """Return a radius that the anytime certificate of all ``n`` samples will hardly exceed.

        ``evidence``: the first samples. Whatever the classifier, with probability at least ``1 - doubt`` that
        certificate exceeds none of the radii that this returns on the way to ``n`` samples. They certify
        nothing. ``sigma`` and the radius are in units of input. ValueError if more than ``n`` samples were
        counted.
        """

    @abstractmethod
    def curve(self, certificate: Certificate) -> Curve:
        """Return the lower bound on the smoothed score that a certificate of this certifier rests on."""

    @abstractmethod
    def _paper(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Return the certificate from the paper's own bounds."""

    @abstractmethod
    def _tight(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Return the certificate of a number of samples fixed in advance, from the sharpest bounds."""

    @abstractmethod
    def _anytime(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Return the certificate that holds whenever sampling stops."""

    def _multiclass(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:  # noqa: ARG002 - subclasses read them
        """Return the multi-class certificate of a number of samples fixed in advance."""
        raise ValueError(f"{self} makes no multi-class certificate: {self.majority_only}")

    def _top_k(self, evidence: Evidence, sigma: float, eta: float, k: int) -> Certificate:  # noqa: ARG002 - subclasses read them
        """Return the top-k certificate of a number of samples fixed in advance."""
        raise ValueError(f"{self} makes no top-k certificate")

    def _check(self, evidence: Evidence, sigma: float, eta: float, kind: str) -> None:
        if evidence.kind is not self.evidence:
            raise ValueError(f"this evidence is not what a {kind}{self} certificate is computed from")
        check_sigma(sigma)
        check_error("eta", eta)


def certify(
    certifier: Certifier, evidence: Evidence, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
) -> Certificate:
    """Turn evidence into a certificate that is wrong with probability at most ``eta``.

    ``sigma`` is in units of input. Raises ValueError when the evidence is not of the kind that the
    certifier needs, or ``sigma`` or ``eta`` is out of range.
    """
    return certifier.certify(evidence, sigma, eta, bounds)
