"""Say in words what is wrong with the fields of model.toml, and what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from pydantic import ValidationError

from registry.fault_words import Fault, did_you_mean, fault_in_words

NAME_RULE: Final = (
    "must be up to 63 of the letters A-Z and a-z, digits, `.`, `_` and `-`, a letter or a digit first: "
    "rename the folder, and let name in model.toml say the same"
)
Tables = Mapping[str, Collection[str]]
"""The fields of each table of model.toml, by the table's name; "" is the part before the first table."""


def faults_of_manifest(error: ValidationError, tables: Tables) -> str:
    """Return all faults in one line, each after its field."""
    faults = []
    for fault in error.errors(include_url=False):
        field = ".".join(str(part) for part in fault["loc"])
        message = _message(fault, tables)
        faults.append(f"{field}: {message}" if field else message)
    return "; ".join(faults)


def _message(fault: Fault, tables: Tables) -> str:
    *within, field = [str(part) for part in fault["loc"]] or [""]
    if fault["type"] == "extra_forbidden":
        return _unknown(field, ".".join(within), tables)
    said = _SAID.get((".".join((*within, field)), fault["type"]))
    return said or fault_in_words(fault)


def _unknown(field: str, table: str, tables: Tables) -> str:
    """Say where an unknown field belongs, or which field may be meant."""
    homes = [name for name, fields in tables.items() if field in fields]
    if homes:
        places = " or ".join(f"[{home}]" if home else "the top, before the first [table]" for home in homes)
        here = f"[{table}]" if table else "the top of model.toml"
        return f"is not a field of {here}; it belongs to {places}"
    meant = did_you_mean(field, tables.get(table, ()))
    return f"is not a field of model.toml{meant or '; remove it or correct its name'}"


_HASH: Final = "put what `sha256sum FILE` prints first into model.toml"
_FILE: Final = (
    "must be the plain name of a file in the model's own folder: letters, digits, `.`, `_` and `-`, and no "
    "`.` or `-` first"
)
_SAID: Final = {
    ("sha256", "missing"): f"is required: {_HASH}",
    ("sha256", "string_type"): f"must be 64 hexadecimal digits as text: {_HASH}",
    ("sha256", "string_pattern_mismatch"): f"must be 64 hexadecimal digits: {_HASH}",
    ("name", "string_pattern_mismatch"): NAME_RULE,
    ("file", "string_pattern_mismatch"): _FILE,
    ("labels", "missing"): "is required, or labels_file: one name for each score",
    ("labels", "too_short"): "must name two classes or more, one for each score. A network with a single "
    "score y must be exported with two: torch.cat((-y, y), dim=1) decides as the sign of y does",
}
"""Words for kinds of faults of one field, used instead of the general words, which say too little."""
