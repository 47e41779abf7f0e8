"""Columns with the counts behind a radius, as the seed paper's scripts name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def count_columns(certificate: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns of one certificate: those of its certifier's kind of counts.

    ``raw_count``: hits; ``p_A_bar``: their lower bound. ``raw_grad_norm``: estimate of the gradient's norm,
    0 where its square is negative; ``grad_norm_bound``: upper bound on it, and ``grad_norm_bound_nonvacuous``
    whether that is below its ceiling. ``raw_count_symmetric``: pairs of which both sides hit;
    ``raw_count_asymmetric``: of which the + side alone hits, ``raw_count_minus``: of which the - side alone
    does; and their lower bounds.
    """
    counts = certificate["counts"]
    if counts["pairs"] is not None:
        pairs = counts["pairs"]
        return {
            "raw_count_symmetric": str(pairs["both"]),
            "raw_count_asymmetric": str(pairs["plus_only"]),
            "raw_count_minus": str(pairs["minus_only"]),
            "p_A_symmetric_bar": repr(certificate["c_s"]["lower"]),
            "p_A_asymmetric_bar": repr(certificate["c_n"]["lower"]),
        }
    hits = counts["hits"]
    columns = {
        "raw_count": str(hits["per_class"][hits["target"]]),
        "p_A_bar": repr(certificate["p_a"]["lower"]),
    }
    if (norm := certificate["gradient_norm"]) is not None:
        columns |= {
            "raw_grad_norm": "" if norm["estimate"] is None else repr(norm["estimate"]),
            "grad_norm_bound": repr(norm["upper"]),
            "grad_norm_bound_nonvacuous": str(int(norm["upper"] < norm["ceiling"])),
        }
    return columns
