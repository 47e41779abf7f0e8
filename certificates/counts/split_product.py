"""The split product: the inner product of the means of two halves of the samples.

No job counts it any more: all count `certificates/counts/all_pairs.py`. Certificates that state it can still
be verified.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from certificates.counts.epochs import epoch_at
from certificates.counts.exact_sums import LARGEST_SUM
from certificates.counts.field_readers import read_fields, read_integer, read_number


@dataclass(frozen=True, slots=True)
class SplitProduct:
    """The inner product of the means ``A`` and ``B`` of ``(f - 1/2) g`` over two halves of the samples.

    ``n_a``, ``n_b``: samples in each half; ``inner``: ``U = A . B``; ``error``: a bound on its rounding
    error; ``d``: number of input elements; ``n_asked``: all samples that were asked for, if these samples are
    an epoch of an anytime-valid job; None in a job of fixed size.
    """

    n_a: int
    n_b: int
    d: int
    inner: float
    error: float
    n_asked: int | None = None

    def __post_init__(self) -> None:
        if min(self.n_a, self.n_b, self.d) < 1:
            raise ValueError("a split product needs samples in both halves and d >= 1")
        if not (math.isfinite(self.inner) and 0.0 <= self.error < math.inf):
            raise ValueError("a split product and its error must be finite, the error not negative")
        if self.n_asked is not None and self.n_asked < self.n_a + self.n_b:
            raise ValueError("an epoch holds no more samples than were asked for")

    @property
    def epoch(self) -> int | None:
        """Return the epoch that these samples end; None in a job of fixed size."""
        return None if self.n_asked is None else epoch_at(2 * min(self.n_a, self.n_b), self.n_asked)

    @property
    def n(self) -> int:
        """Return the number of samples."""
        return self.n_a + self.n_b

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return asdict(self)


def read_split(data: object) -> SplitProduct:
    """Read what ``SplitProduct.to_dict`` wrote; raises ValueError on anything else."""
    names = {"n_a", "n_b", "d", "inner", "error", "n_asked"}
    values = read_fields("gradient.split", data, names)
    n_a, n_b, d = (_count(values, name) for name in ("n_a", "n_b", "d"))
    inner, error = (
        read_number(f"gradient.split.{name}", values[name], LARGEST_SUM) for name in ("inner", "error")
    )
    n_asked = None if values["n_asked"] is None else _count(values, "n_asked")
    return SplitProduct(n_a, n_b, d, inner, error, n_asked)


def _count(data: Mapping[str, object], name: str) -> int:
    return read_integer(f"gradient.split.{name}", data[name])
