"""Turn a parsed request into a job, after every check that needs no runtime."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass

from certificates import Certifier, Claim, Noise, default_certifier
from jobs.claims import claim_of
from jobs.spec import AskedSpec, InputRecord, JobSpec, StopRule
from registry.fault_words import did_you_mean
from registry.input_spec import InputSpec
from registry.manifest import ModelManifest
from registry.model_errors import ModelNotFound
from registry.model_folders import Registry
from service.auth.callers import Caller
from service.certification.images import decode_image
from service.certification.model_inputs import DecodedInput
from service.certification.model_offers import fitting_noises, most_samples, sigma_range
from service.certification.requests import MAX_SEED, CertificationFields
from service.certification.tensors import Tensor, from_tensor
from service.gateway_settings import GatewaySettings
from service.http.problems import FieldError, field_problem, fields_problem
from service.http.wording import shown_number


@dataclass(frozen=True, slots=True)
class Submission:
    """A request that has passed every check, ready to be stored.

    ``fingerprint`` is equal for equal requests, even if the seed is drawn at random.
    """

    spec: JobSpec
    data: memoryview
    fingerprint: str


class Submissions:
    """Turns requests into submissions, for one set of models and limits."""

    def __init__(self, settings: GatewaySettings, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry

    def check(self, fields: CertificationFields, given: bytes | Tensor, caller: Caller) -> Submission:
        """Check a request, decode its image or tensor and fill in the defaults.

        Raises:
            ProblemError: names every field at fault. The input is decoded only if the fields are valid.
            ModelBroken: when the model's folder cannot be used.

        """
        manifest, asked = self.asked(fields, caller)
        decoded = self.decode(given, manifest, fields.noise)
        record = decoded.record(manifest.input)
        whole = fields.model_copy(update={"certifier": asked.certifier})
        return Submission(JobSpec(**dict(asked), input=record), decoded.data, _fingerprint(whole, record))

    def asked(self, fields: CertificationFields, caller: Caller) -> tuple[ModelManifest, AskedSpec]:
        """Return the model of a request without an input, and what is asked for, with the defaults.

        Raises ProblemError and ModelBroken as ``check`` does.
        """
        manifest, sigma, certifier = self._settled(fields, caller)
        stop = fields.stops()
        asked = AskedSpec(
            model=manifest.name,
            model_sha256=manifest.sha256,
            certifier=certifier,
            bounds=fields.bounds,
            decision=fields.decision,
            k=fields.k,
            noise=fields.noise,
            stop=None if stop is None else StopRule(radius=stop.radius, give_up=stop.give_up),
            sigma=sigma,
            n=fields.n,
            n0=fields.n0,
            eta=fields.eta,
            seed=secrets.randbelow(MAX_SEED + 1) if fields.seed is None else fields.seed,
            owner=caller.owner,
        )
        return manifest, asked

    def claim(self, fields: CertificationFields, caller: Caller) -> tuple[ModelManifest, Claim]:
        """Return the model of a request without an input, and the claim that it would make.

        Raises ProblemError and ModelBroken as ``check`` does.
        """
        manifest, sigma, certifier = self._settled(fields, caller)
        return manifest, _claim(fields, certifier, sigma, manifest)

    def most(self, caller: Caller) -> int:
        """Return the most evaluations that a job of this caller may have."""
        return most_samples(self._settings, caller)

    def _settled(self, fields: CertificationFields, caller: Caller) -> tuple[ModelManifest, float, Certifier]:
        """Return model, sigma and certifier of a request whose fields go together. Raises as ``check``."""
        manifest = self.model(fields.model)
        sigma = manifest.trained_sigma if fields.sigma is None else fields.sigma
        faults = _faults(fields, sigma, manifest, self._settings, caller)
        if faults or sigma is None:
            raise fields_problem(faults)
        return manifest, sigma, _certifier(fields, sigma, manifest)

    def model(self, name: str) -> ModelManifest:
        """Return an installed model. Raises ProblemError if there is none of this name, or ModelBroken."""
        try:
            return self._registry.get(name)
        except ModelNotFound:
            meant = did_you_mean(name, self._registry.names())
            message = f"no such model is installed{meant or ';'} GET /v1/models lists those that are"
            raise field_problem("model", message) from None

    def check_sigma(self, sigma: float | None, manifest: ModelManifest) -> None:
        """Raise ProblemError if a submission to this model could not have this sigma; None is no sigma."""
        said = None if sigma is None else _sigma_limits(sigma, manifest.input, self._settings)
        if said is not None:
            raise field_problem("sigma", said)

    def decode(self, given: bytes | Tensor, manifest: ModelManifest, noise: Noise) -> DecodedInput:
        """Decode the image or tensor of a request. Raises ProblemError unless model and noise can take it."""
        if not isinstance(given, bytes):
            decoded = from_tensor(given, manifest.input)
        elif manifest.input.kind == "image":
            decoded = decode_image(given, manifest.input, self._settings.max_pixels)
        else:
            raise field_problem("image", f"model {manifest.name} takes tensors: send `tensor`")
        _check_for_noise(decoded, noise, manifest.input)
        return decoded


def _faults(
    fields: CertificationFields,
    sigma: float | None,
    manifest: ModelManifest,
    limits: GatewaySettings,
    caller: Caller,
) -> list[FieldError]:
    """List the fields whose values the settings, the model or the caller's key forbid."""
    messages: list[tuple[str, str]] = []
    if sigma is None:
        messages.append(("sigma", f"is required: model {manifest.name} was trained without noise"))
    elif (said := _sigma_limits(sigma, manifest.input, limits)) is not None:
        messages.append(("sigma", said))
    if fields.n > (most := most_samples(limits, caller)):
        messages.append(("n", f"must be at most {most:,}"))
    if fields.n0 > limits.max_n0:
        messages.append(("n0", f"must be at most {limits.max_n0:,}"))
    if not limits.eta_min <= fields.eta <= limits.eta_max:
        messages.append(
            ("eta", f"{_between(limits.eta_min, limits.eta_max)}, not {shown_number(fields.eta)}")
        )
    if sigma is not None:
        named = {field for field, _ in messages}
        rules = _combination_faults(fields, sigma, manifest)
        messages += [(field, message) for field, message in rules if field not in named]
    return [FieldError(field=fields.name_of(field), message=message) for field, message in messages]


def _sigma_limits(sigma: float, spec: InputSpec, limits: GatewaySettings) -> str | None:
    """Say which sigma this model accepts, in its own units, if sigma is outside; None otherwise."""
    allowed = sigma_range(spec, limits)
    if allowed.least <= sigma <= allowed.most:
        return None
    scale = f"[{shown_number(spec.low)}, {shown_number(spec.high)}]"
    said = _between(allowed.least, allowed.most)
    return f"{said} for a model whose scale is {scale}, not {shown_number(sigma)}"


def _between(least: float, most: float) -> str:
    return f"must be from {shown_number(least)} to {shown_number(most)}"


def _combination_faults(
    fields: CertificationFields, sigma: float, manifest: ModelManifest
) -> list[tuple[str, str]]:
    """List fields that do not go together, by the rules that workers and verification use too."""
    about = (manifest.input.kind, manifest.input.low, manifest.input.high)
    if (unfit := fields.noise.model_fault(*about)) is not None:
        others = " or ".join(law.name for law in fitting_noises(manifest.input))
        return [("noise", f"must be {others} for model {manifest.name}: {unfit}")]
    claim = _claim(fields, _certifier(fields, sigma, manifest), sigma, manifest)
    return claim.problems(classes=len(manifest.labels))


def _certifier(fields: CertificationFields, sigma: float, manifest: ModelManifest) -> Certifier:
    """Return the certifier that a request names, or the default for what it asks of this model."""
    if fields.certifier is not None:
        return fields.certifier
    return default_certifier(lambda one: _claim(fields, one, sigma, manifest), len(manifest.labels))


def _claim(fields: CertificationFields, certifier: Certifier, sigma: float, manifest: ModelManifest) -> Claim:
    return claim_of(fields, certifier, sigma, manifest.d, manifest.input.scale, fields.stops())


def _check_for_noise(decoded: DecodedInput, noise: Noise, spec: InputSpec) -> None:
    """Refuse an input for which this noise guarantees nothing."""
    unfit = noise.input_fault(decoded.array, spec.low, spec.high)
    if unfit is not None:
        field, slug = _INPUT_FIELDS[decoded.source]
        raise field_problem(field, unfit, slug)


_INPUT_FIELDS = {"image": ("image", "invalid-image"), "tensor": ("tensor.data", "invalid-tensor")}


def _fingerprint(fields: CertificationFields, record: InputRecord) -> str:
    asked = fields.model_dump(mode="json", exclude={"image", "tensor", "stop", "stop_radius", "stop_give_up"})
    stop = fields.stops()
    text = json.dumps([asked, stop and stop.model_dump(), record.sha256], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
