"""Say in words what a quantisation did, and whether it paid."""

from __future__ import annotations

from importing.import_report import imported_in_words
from importing.quantising.quantisation import Quantised


def quantised_in_words(done: Quantised, name: str) -> str:
    """Return some lines for a person; ``name``: of the model that was quantised."""
    written = done.written
    before, after = done.before.samples_per_second, written.cost.samples_per_second
    size = written.manifest.weights.stat().st_size
    lines = [
        f"{name} -> {written.manifest.name}, {size:,} bytes of weights",
        f"  speed    {before:,.0f} samples a second before, {after:,.0f} after: {after / before:.2f} times",
    ]
    if after <= before:
        lines.append(f"  It is no faster on this machine: {name} itself is the better choice here.")
    return "\n".join(lines) + "\n" + imported_in_words(written)
