"""Explain why a model may not be a function of one input, from its graph, and say what to do.

This only explains a refusal. It finds operators that are often the cause. The refusal stands even if it finds
none, or one that is not the cause.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pkgutil import resolve_name
from typing import cast

from registry import ModelManifest
from worker.fixed_function.causes.finding import Defect, Finding

__all__ = ["Defect", "advice"]

log = logging.getLogger(__name__)

NAMED = 3
"""Most findings that a message names, since a graph may hold hundreds. A choice."""
GENERAL = {
    Defect.CHANGES: (
        "Remove what is random or keeps a state (dropout, running statistics, random operators) from the "
        "model file: export it after net.eval()"
    ),
    Defect.MIXES: (
        "The rows of a batch must not influence each other, nor may their places: look for statistics, sums, "
        "sorting, attention or quantisation over the batch, and export the network after net.eval()"
    ),
}


def advice(manifest: ModelManifest, defect: Defect) -> str:
    """Return sentences that name likely causes, if the graph shows any, and say what to do."""
    found = [finding for finding in _findings(manifest) if finding.explains(defect)]
    if not found:
        return GENERAL[defect]
    kinds: dict[str, list[Finding]] = {}
    for finding in found:
        kinds.setdefault(finding.remedy, []).append(finding)
    return " ".join(f"Likely cause: {_named(findings)}. {remedy}." for remedy, findings in kinds.items())


def _named(findings: list[Finding]) -> str:
    names = list(dict.fromkeys(str(finding) for finding in findings))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _findings(manifest: ModelManifest) -> Iterable[Finding]:
    try:
        named = manifest.entry.findings
        if named is None:
            return []
        findings = cast("Callable[[ModelManifest], Iterable[Finding]]", resolve_name(named))
        return findings(manifest)
    except Exception:  # the refusal stands without an explanation
        log.exception("the graph of model %r could not be read for an explanation", manifest.name)
        return []
