"""What a submission to a model may ask for: ranges of its numbers, and which choices go together."""

from __future__ import annotations

from pydantic import Field

from certificates import CERTIFIERS, NOISE_LAWS, Bounds, Decision, Noise
from certificates.claim.claim_rules import decision_problems
from jobs.named import CertifierField, NoiseField
from registry.input_spec import InputSpec
from registry.manifest import ModelManifest
from service.auth.callers import Caller
from service.certification.certificate_resources import Resource
from service.gateway_settings import GatewaySettings


class RangeResource(Resource):
    """The least and the largest value that a field may have."""

    least: float
    most: float


class LimitsResource(Resource):
    """The range of each number of a submission, by the operator's settings and your key."""

    sigma: RangeResource
    n: RangeResource
    n0: RangeResource
    eta: RangeResource
    k: RangeResource


class OfferResource(Resource):
    """A certifier with bounds, and the decisions and noises that a submission may name with them."""

    certifier: CertifierField
    bounds: Bounds
    decisions: list[Decision]
    noises: list[NoiseField]
    n_multiple_of: int = Field(description="`n` must be a multiple of this: 2 where samples go in pairs.")


def sigma_range(spec: InputSpec, settings: GatewaySettings) -> RangeResource:
    """Return the range of sigma for inputs of this kind, in their own units."""
    width = spec.high - spec.low
    return RangeResource(least=settings.sigma_min * width, most=settings.sigma_max * width)


def most_samples(settings: GatewaySettings, caller: Caller) -> int:
    """Return the most evaluations that a job of this caller may have."""
    return min(settings.max_n, caller.max_n or settings.max_n)


def fitting_noises(spec: InputSpec) -> list[Noise]:
    """Return the laws of noise that inputs of this kind can have."""
    return [law for law in NOISE_LAWS if law.model_fault(spec.kind, spec.low, spec.high) is None]


def limits_of(manifest: ModelManifest, settings: GatewaySettings, caller: Caller) -> LimitsResource:
    """Return the ranges of a submission to this model by this caller."""
    return LimitsResource(
        sigma=sigma_range(manifest.input, settings),
        n=RangeResource(least=1, most=most_samples(settings, caller)),
        n0=RangeResource(least=1, most=settings.max_n0),
        eta=RangeResource(least=settings.eta_min, most=settings.eta_max),
        k=RangeResource(least=1, most=len(manifest.labels) - 1),
    )


def offers_of(manifest: ModelManifest) -> list[OfferResource]:
    """Return all certifiers and bounds with which a submission to this model can certify anything."""
    found = []
    noises = fitting_noises(manifest.input)
    for certifier in CERTIFIERS:
        for bounds in (Bounds.TIGHT, Bounds.PAPER):
            about = (manifest.d, len(manifest.labels))
            decisions = [one for one in Decision if not decision_problems(certifier, bounds, one, *about)]
            if decisions:
                offer = OfferResource(
                    certifier=certifier,
                    bounds=bounds,
                    decisions=decisions,
                    noises=noises,
                    n_multiple_of=2 if certifier.in_pairs(bounds) else 1,
                )
                found.append(offer)
    return found
