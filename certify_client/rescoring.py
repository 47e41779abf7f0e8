"""Certify published counts again: tables of other programs in, radii with the bounds of this package out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import copysign
from typing import Final

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certificate,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    round_up_to_grid,
)
from certify_client.bounded_files import UnusableFile
from certify_client.result_tables import Result

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """What a table does not say itself: sigma in input units, evaluations, eta, input elements, bounds."""

    sigma: float
    n: int
    eta: float
    d: int | None
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Rescored:
    """One line: the result, and the radius that the table printed."""

    result: Result
    printed: float


def rescore(content: bytes, called: str, given: Given) -> Iterator[Rescored]:
    """Yield each line of a table of counts with its radius computed again.

    Columns decide the kind: ``raw_count_symmetric`` and ``raw_count_asymmetric`` for dipole,
    ``raw_grad_norm`` and ``raw_count`` for second order, ``raw_count`` for first order (the seed paper's
    logs), and ``count_0``, ``count_1``, ... for votes by class. Raises UnusableFile if there are no counts,
    or they do not support the bounds that are asked for.
    """
    text = content.decode("utf-8-sig", errors="replace")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    table = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    certify = _kind(tuple(table.fieldnames or ()), called, given)
    for number, row in enumerate(table, 2):
        try:
            yield _line(row, certify(row, given))
        except (KeyError, ValueError, TypeError, ArithmeticError) as error:
            raise UnusableFile(f"{called}, line {number}: {error}") from None


def _line(row: Row, certificate: Certificate) -> Rescored:
    label, predict = int(row.get("label") or -1), int(row.get("predict") or -1)
    certified = not certificate.abstained
    result = Result(
        idx=int(row["idx"]),
        label=label,
        predict=predict if certified else -1,
        radius=certificate.radius,
        seconds=0.0,
        key=row["idx"],
    )
    return Rescored(result, float(row.get("radius") or 0.0))


def _kind(columns: tuple[str, ...], called: str, given: Given) -> Callable[[Row, Given], Certificate]:
    if "raw_count_symmetric" in columns:
        return _only_paper(called, given, "minus sides that hit alone", _dipole)
    if "raw_grad_norm" in columns:
        return _only_paper(called, given, "sums over all pairs of samples", _second_order)
    if "raw_count" in columns:
        return _first_order
    if "count_0" in columns:
        return _by_class
    raise UnusableFile(
        f"{called} holds no counts (its columns: {', '.join(columns) or 'none'}): radii alone cannot be "
        "computed again. Tables of the seed paper's scripts and tables with count_0, count_1, ... can"
    )


def _only_paper(
    called: str, given: Given, lacks: str, certify: Callable[[Row, Given], Certificate]
) -> Callable[[Row, Given], Certificate]:
    if given.bounds is not Bounds.PAPER:
        raise UnusableFile(
            f"{called} does not hold what the tight bounds need, {lacks}: ask for --bounds paper, or certify "
            "the images again"
        )
    return certify


def _first_order(row: Row, given: Given) -> Certificate:
    hits = int(row["raw_count"])
    counts = HitCounts(given.n, 0, (hits, given.n - hits))
    return FIRST_ORDER.certify(Evidence(hits=counts), given.sigma, given.eta, given.bounds)


def _by_class(row: Row, given: Given) -> Certificate:
    votes = tuple(int(row[name]) for name in _classes(row))
    if sum(votes) != given.n:
        raise ValueError(f"the counts add up to {sum(votes)}, not to --n {given.n}")
    predict = int(row["predict"])
    if not 0 <= predict < len(votes):
        raise ValueError("predict must be the class that was selected, by other samples than these")
    return FIRST_ORDER.certify(
        Evidence(hits=HitCounts(given.n, predict, votes)), given.sigma, given.eta, given.bounds
    )


def _classes(row: Row) -> list[str]:
    return [f"count_{c}" for c in range(sum(name.startswith("count_") for name in row))]


def _second_order(row: Row, given: Given) -> Certificate:
    hits, pairs, printed = int(row["raw_count"]), given.n // 2, float(row["raw_grad_norm"])
    d = int(row.get("d") or given.d or 0)
    if d < 1:
        raise ValueError("say how many elements an input has: --d")
    squared = copysign(printed**2, printed) + _PRINTED * printed**2
    total = round_up_to_grid(squared * given.sigma**2 * pairs)
    evidence = Evidence(
        hits=HitCounts(given.n, 0, (hits, given.n - hits)), gradient=GradientSums(d, pairs, total)
    )
    return SECOND_ORDER.certify(evidence, given.sigma, given.eta, given.bounds)


_PRINTED: Final = 1.001e-5
"""The table prints six digits of the norm, rounded to nearest: its square is at most this share larger."""


def _dipole(row: Row, given: Given) -> Certificate:
    pairs = given.n // 2
    counts = PairCounts(pairs, int(row["raw_count_symmetric"]), int(row["raw_count_asymmetric"]), 0, 0)
    return DIPOLE.certify(Evidence(pairs=counts), given.sigma, given.eta, given.bounds)
