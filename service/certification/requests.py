"""The fields of a certification that a client may send, strictly typed, as JSON or as a form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from certificates import CERTIFIERS, NOISE_LAWS, Bounds, Decision, Noise
from certificates.claim.default_certifier import PREFERRED
from jobs.named import CertifierField, NoiseField
from registry.input_spec import MAX_ELEMENTS

MAX_SEED = 2**63 - 1
"""The largest signed 64-bit integer, which every client's language can hold."""
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,29})")


def _seed_from_text(value: object) -> object:
    """Accept decimal text too: some JSON writers cannot express whole numbers past 2^53."""
    return int(value) if isinstance(value, str) and INTEGER.fullmatch(value) else value


def _listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them."""
    *first, last = (f"`{name}`" for name in names)
    return f"{', '.join(first)} and {last}" if first else last


_LAWS = "; ".join(f"`{law.name}`: {law.about}" for law in NOISE_LAWS)
_IN_PAIRS = _listed(one.name for one in CERTIFIERS if one.in_pairs(Bounds.TIGHT))
_PAPER_PAIRS = _listed(
    one.name for one in CERTIFIERS if one.in_pairs(Bounds.PAPER) and not one.in_pairs(Bounds.TIGHT)
)
_RANKING = _listed(one.name for one in CERTIFIERS if one.ranks)
_PREFERRED = _listed(one.name for one in PREFERRED)
_MULTICLASS = _listed(one.name for one in CERTIFIERS if one.majority_only is None)

Seed = Annotated[
    int,
    BeforeValidator(_seed_from_text),
    Field(ge=0, le=MAX_SEED),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": MAX_SEED},
                {"type": "string", "pattern": "^(0|[1-9][0-9]{0,18})$"},
            ]
        }
    ),
]


class Body(BaseModel):
    """Base of request bodies: unknown fields are refused, types are not converted, numbers are finite."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)
    fixed_elsewhere: ClassVar[str | None] = None
    """What to say of a field of a certification that this body does not have; None: nothing particular."""


class StopFields(Body):
    """When to end before all `n` evaluations."""

    radius: float = Field(gt=0, description="End as soon as this radius is certified, in input units.")
    give_up: bool = Field(
        default=False,
        description="End also once the radius is out of reach. A job whose `n` evaluations would have "
        "certified it gives up with probability at most 0.001.",
    )


class CertificationFields(Body):
    """What to certify and how. The gateway's settings may narrow the ranges given here."""

    model: str = Field(min_length=1, max_length=63, description="Name of an installed model.")
    certifier: CertifierField | None = Field(
        default=None,
        description=f"Which certificate to compute. Default: the first of {_PREFERRED} that can do what the "
        "other fields ask of this model; the answer names it.",
    )
    bounds: Literal[Bounds.TIGHT, Bounds.PAPER] = Field(
        default=Bounds.TIGHT,
        description="Which confidence bounds to use: the service's sharper ones, or the paper's own.",
    )
    decision: Decision = Field(
        default=Decision.MAJORITY,
        description="What is certified: that the class keeps a score above one half (`majority`), above "
        f"that of every other class (`multiclass`; tight bounds, {_MULTICLASS}), or among the `k` largest "
        f"(`top_k`; tight bounds, {_RANKING}).",
    )
    k: int | None = Field(
        default=None,
        ge=1,
        description="Rank of the decision `top_k`, below the number of the model's classes; for no other.",
    )
    noise: NoiseField = Field(
        default_factory=lambda: Noise.GAUSSIAN,
        json_schema_extra={"default": Noise.GAUSSIAN.name},
        description=f"How the noise is drawn. {_LAWS}.",
    )
    sigma: float | None = Field(
        default=None,
        gt=0,
        description="Standard deviation of the noise, in units of the model's input; unless the operator "
        "sets other limits, from 0.001 to 10 widths of its scale (`high - low`). "
        "Default: the sigma that the model was trained with; required if it was trained without noise.",
    )
    n: int = Field(
        default=100_000,
        ge=1,
        description="Evaluations of the base classifier for estimation. "
        f"It must be even for {_IN_PAIRS}, and for {_PAPER_PAIRS} with `paper` bounds: samples are taken in "
        "pairs then.",
    )
    n0: int = Field(default=100, ge=1, description="Evaluations that select the class to certify.")
    eta: float = Field(
        default=0.001, gt=0, le=0.5, description="Bound on the probability that the certificate is wrong."
    )
    seed: Seed | None = Field(
        default=None,
        description="The noise is drawn from this seed together with n, n0, stop, input and model. An "
        "integer from 0 to 2^63 - 1, or the same as decimal text. Fix it and n before you see any result. "
        "Default: drawn at random and stated in the answer.",
    )

    def stops(self) -> StopFields | None:
        """Return when the job may end early."""
        return None

    def name_of(self, field: str) -> str:
        """Return the name that this request has for a field of the API."""
        return field


class TensorInput(Body):
    """An input in the model's own input space."""

    shape: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=8)] = Field(
        description="The model's input shape, without the batch."
    )
    data: Annotated[list[float], FailFast(), Field(min_length=1, max_length=MAX_ELEMENTS)] = Field(
        description="All elements as one flat list in C order (last axis fastest), in the model's scale."
    )


class JsonWithInput(Body):
    """A JSON body with exactly one of `image` and `tensor`."""

    image: str | None = Field(
        default=None,
        min_length=1,
        description="A PNG, JPEG or WebP file in base64 (RFC 4648, no line breaks).",
        json_schema_extra={"contentEncoding": "base64"},
    )
    tensor: TensorInput | None = Field(default=None, description="The input itself, instead of an image.")


class FormWithInput(Body):
    """A multipart form with exactly one file part, `image` or `tensor`, as its description says."""

    image: bytes | None = Field(
        default=None, description="A PNG, JPEG or WebP file.", json_schema_extra={"format": "binary"}
    )
    tensor: bytes | None = Field(
        default=None,
        description="The input itself, instead of an image: a file of `numpy.save`, with integers or floats "
        "of at most 8 bytes each, in C order. For tensors of more than a few thousand numbers.",
        json_schema_extra={"format": "binary"},
    )


class CertificationJson(CertificationFields, JsonWithInput):
    """Body as JSON: exactly one of `image` and `tensor`."""

    stop: StopFields | None = Field(
        default=None, description="End early once a radius is certified. Tight bounds, `majority` decision."
    )

    def stops(self) -> StopFields | None:
        """Return when the job may end early."""
        return self.stop


class FormFields(CertificationFields):
    """The text fields of a form. It has no nested objects: ``stop.radius`` is ``stop_radius``, and so on."""

    stop_radius: float | None = Field(
        default=None,
        gt=0,
        description="End early once this radius is certified, in input units: JSON's `stop.radius`.",
    )
    stop_give_up: bool = Field(
        default=False,
        description="`true`: end also once `stop_radius` is out of reach: JSON's `stop.give_up`.",
    )

    @field_validator("stop_give_up")
    @classmethod
    def _has_a_radius(cls, give_up: bool, info: ValidationInfo) -> bool:
        if give_up and info.data.get("stop_radius", 0.0) is None:
            raise ValueError("needs `stop_radius`, the radius to give up")
        return give_up

    def stops(self) -> StopFields | None:
        """Return when the job may end early."""
        if self.stop_radius is None:
            return None
        return StopFields(radius=self.stop_radius, give_up=self.stop_give_up)

    def name_of(self, field: str) -> str:
        """Return the name that a form has for a field of the API."""
        if field.startswith("stop"):
            return "stop_give_up" if field == "stop.give_up" else "stop_radius"
        return field


class CertificationForm(FormFields, FormWithInput):
    """Body as multipart form: numbers as decimal text, and exactly one file part, `image` or `tensor`."""
