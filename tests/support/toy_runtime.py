"""``python -m tests.support.toy_runtime``: a program that knows one runtime more, ``table``.

Arguments: the program's module, and its own arguments. The entry below and the module that it names are all
that is new.
"""

from __future__ import annotations

from typing import Final

from registry.file_glimpse import Glimpse
from registry.runtime_entries import RUNTIMES, RuntimeEntry
from tests.support.extended_service import run_program

NAME: Final = "table"


def is_table(seen: Glimpse) -> bool:
    return set(seen.members or ()) == {"weights.npy", "bias.npy"}


ENTRY: Final = RuntimeEntry(
    name=NAME,
    file_kind="a table of weights",
    recognises=is_table,
    package="numpy",
    title="NumPy",
    loaders={"cpu": "tests.support.table_runtime:TableRuntime"},
)

if __name__ == "__main__":
    RUNTIMES.register(ENTRY)
    run_program()
