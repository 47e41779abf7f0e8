"""The certificate in an answer, field by field: what the API's description says of each."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from certificates import Bounds, Decision, EndedBy, Weights
from jobs.named import CertifierField, NoiseField


class Resource(BaseModel):
    """Base of answers: every field is always present; it is null if there is no value."""

    model_config = ConfigDict(frozen=True)


class OpenResource(Resource):
    """Base of parts that workers write: fields that this gateway does not know are passed on, not dropped."""

    model_config = ConfigDict(frozen=True, extra="allow")


class InputResource(Resource):
    """The array that is certified. Its hash is that of its little-endian float32 numbers in C order."""

    shape: list[int]
    scale: str = Field(description="Range of the model's input values.")
    sha256: str
    source: Literal["image", "tensor"]
    conversions: list[str] = Field(description="The conversions that made the array, in order.")


class PredictionResource(Resource):
    """The class that is certified."""

    index: int
    label: str


class EstimateResource(OpenResource):
    """A probability: confidence bound and plain estimate."""

    lower: float
    estimate: float | None


class GradientNormResource(OpenResource):
    """Norm of the smoothed score's gradient, per unit of input: bound, estimate, largest possible value."""

    upper: float
    estimate: float | None
    ceiling: float


class RivalResource(OpenResource):
    """The other class that limits a multi-class radius: upper confidence bound and plain estimate."""

    index: int
    upper: float
    estimate: float | None


class RivalsResource(OpenResource):
    """The other classes that limit a top-k radius, with bound and estimate of the sum of their scores."""

    indices: list[int]
    upper: float
    estimate: float | None


class HitsResource(OpenResource):
    """Votes of independent samples."""

    n: int
    target: int
    per_class: list[int]


class PairsResource(OpenResource):
    """Outcomes of antithetic pairs."""

    pairs: int
    both: int
    plus_only: int
    minus_only: int
    target: int


class AllPairsResource(OpenResource):
    """The statistic of the tight gradient bound: the mean inner product of all pairs of samples.

    Each sample gives its unit noise times a weight that its vote decides.
    """

    weights: Weights = Field(
        description="`scores`: vote minus one half. `misses`: one minus vote. The selection's votes decide."
    )
    n: int
    d: int
    mean: float
    error: float = Field(description="Bound on how far the exact mean may be above `mean` by rounding.")
    n_asked: int | None = Field(
        description="Evaluations asked for, if the bounds hold at any time; it decides the epoch."
    )


class GradientSumsResource(OpenResource):
    """What the gradient bound needs, in unit noise: `paired_sum` for paper bounds, `all_pairs` for tight."""

    d: int
    pairs: int
    paired_sum: float
    all_pairs: AllPairsResource | None
    per_class: list[AllPairsResource] | None = Field(
        description="The statistic of every class, for multi-class certificates."
    )


class CountsResource(OpenResource):
    """Everything that was counted. The bounds can be recomputed from it."""

    hits: HitsResource | None
    pairs: PairsResource | None
    gradient: GradientSumsResource | None


class RuntimeModelResource(OpenResource):
    """The classifier that voted, and how it was run."""

    name: str
    sha256: str
    manifest_sha256: str = Field(description="Hash of the whole manifest, with the normalisation.")
    runtime: str
    provider: str
    precision: str = Field(description="What the model's manifest asks for, or `as in the file`.")
    memory_format: str = Field(description="Order of the input's axes in memory.")
    rows: int = Field(description="Rows of every forward pass.")
    threads: int = Field(description="Threads of every forward pass.")
    batch: int = Field(
        description="Evaluations in a block. The noise of a block depends on the job and the block's number."
    )
    noise_generator: str = Field(description="Name of the generator that drew the noise.")


class ClaimResource(OpenResource):
    """What the job set out to certify, fixed before sampling. It and the counts give the certificate."""

    certifier: CertifierField
    bounds: Bounds
    sigma: float
    eta: float
    n: int = Field(description="Evaluations asked for.")
    d: int = Field(description="Elements of the input.")
    decision: Decision
    noise: NoiseField
    grid_steps: float | None = Field(description="Sigma in steps between pixel values; discrete noise only.")
    k: int | None = Field(description="The rank of the decision `top_k`.")
    stop_radius: float | None
    give_up: bool = Field(description="Whether the job also ends once its stop radius is out of reach.")


class CertificateResource(OpenResource):
    """With confidence 1 - eta, the smoothed prediction is the same at every point within ``radius``."""

    certifier: CertifierField
    abstained: bool = Field(description="True when nothing could be certified; the radius is then 0.")
    prediction: PredictionResource
    clean_prediction: PredictionResource | None = Field(
        description="What the base classifier answers to the input without noise, in one pass: not evidence, "
        "but where it is not what the input shows, the model is not set up right. Null if it gives no scores."
    )
    radius: float
    radius_unit: str = Field(description="The space and the units in which radius and sigma are measured.")
    norm: Literal["l2"]
    sigma: float
    eta: float
    n: int
    n0: int
    bounds: Bounds = Field(
        description="`anytime` if the job ended early or could have: bounds that hold at every number of "
        "samples at once."
    )
    noise: NoiseField = Field(
        description="`gaussian`: the guarantee is for exact Gaussian noise. `discrete`: it is for 8-bit "
        "images and the noise as computed."
    )
    decision: Decision
    k: int | None = Field(
        description="The claim of a `top_k` certificate: the prediction stays among the k largest scores."
    )
    ended_by: EndedBy = Field(
        description="`samples`: all samples were counted. `stop_radius`: the radius to stop at was "
        "certified. `out_of_reach`: it was given up. `cancelled`: the job was cancelled. Where a job ended "
        "early, the certificate is for the samples up to then."
    )
    p_a: EstimateResource
    p_other: RivalResource | None = Field(description="Multi-class certificates only.")
    p_others: RivalsResource | None = Field(description="Top-k certificates only.")
    c_s: EstimateResource | None
    c_n: EstimateResource | None
    gradient_norm: GradientNormResource | None
    counts: CountsResource
    claim: ClaimResource
    eta_spent: dict[str, float] = Field(description="How eta was divided among the confidence bounds.")
    input: InputResource
    model: RuntimeModelResource
    seed: str
