"""Put a certificate into words: the claim, the bounds with their estimates, and what to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from certificates.claim.advice import advice, claim_and_classes
from certificates.claim.farthest import largest_radius
from certify_client.printed_numbers import down, up


def certified(certificate: dict[str, Any]) -> Text:
    """Say what is certified, from which bounds, and the largest radius that so many samples could give."""
    text = Text(f"Certified: {_label(certificate)}, radius {certificate['radius']}\n", style="bold green")
    text.append(
        f"{_stays(certificate)} for every input closer than {certificate['radius']} to this one "
        f"({certificate['radius_unit']}). "
        f"The chance that this is wrong is at most {certificate['eta']}.\n",
        style="not bold default",
    )
    text.append(f"{_clean(certificate)}{_reach(certificate)}\n", style="not bold default")
    return text.append(_how(certificate), style="not bold dim")


def abstained(certificate: dict[str, Any], warnings: Sequence[str] = ()) -> Text:
    """Say that nothing is certified, from which bounds, and whether to change n, sigma or the model.

    ``warnings``: those of the service, which say what to change.
    """
    text = Text("Abstained: nothing could be certified\n", style="bold yellow")
    said = f"The samples do not show {_unshown(certificate)}. {advice(certificate)}"
    text.append(f"{' '.join(warnings) or said}\n", style="not bold default")
    text.append(_clean(certificate), style="not bold default")
    return text.append(_how(certificate), style="not bold dim")


def _unshown(certificate: dict[str, Any]) -> str:
    if certificate["decision"] == "top_k":
        return f"that the smoothed score of {_label(certificate)} is among the {certificate['k']} largest"
    return f"that the smoothed classifier answers {_label(certificate)}"


def _stays(certificate: dict[str, Any]) -> str:
    if certificate["decision"] == "top_k":
        largest = f"the {certificate['k']} largest" if certificate["k"] > 1 else "the largest"
        return f"The smoothed score of {_label(certificate)} stays among {largest}"
    return f"The smoothed classifier's answer stays {_label(certificate)}"


def _reach(certificate: dict[str, Any]) -> str:
    claim, classes = claim_and_classes(certificate)
    largest = largest_radius(claim, classes)
    return (
        f"Had every one of n = {claim.n:,} samples been a hit, the radius would be {largest} at most; only a "
        "larger n or sigma reaches further."
    )


def _how(certificate: dict[str, Any]) -> str:
    bounds = [
        f"{name} >= {down(certificate[name]['lower'])}{_estimate(certificate[name])}"
        for name in ("p_a", "c_s", "c_n")
        if certificate[name] is not None
    ]
    upper = (("p_other", "p_other"), ("p_others", "p_others"), ("gradient_norm", "gradient norm"))
    for name, said in upper:
        if certificate[name] is not None:
            bounds.append(f"{said} <= {up(certificate[name]['upper'])}{_estimate(certificate[name])}")
    model = certificate["model"]
    kinds = (
        f"{certificate['bounds']} bounds, {certificate['noise']} noise, {certificate['decision']} decision"
    )
    return (
        f"{certificate['certifier']} certifier, {kinds}: {', '.join(bounds)}\n"
        f"model {model['name']} ({model['runtime']}, {model['provider']}), sigma {certificate['sigma']:g}, "
        f"n {certificate['n']:,}, eta {certificate['eta']}, seed {certificate['seed']}"
    )


def _estimate(bound: dict[str, Any]) -> str:
    return "" if bound["estimate"] is None else f" (estimate {bound['estimate']:.6f})"


def _label(certificate: dict[str, Any]) -> str:
    return _named(certificate["prediction"])


def _named(prediction: dict[str, Any]) -> str:
    return f"{prediction['label']!r} (class {prediction['index']})"


def _clean(certificate: dict[str, Any]) -> str:
    """Return a line about the answer without noise; nothing if the model gives no scores for it."""
    clean = certificate["clean_prediction"]
    if clean is None:
        return ""
    too = ", too" if clean["index"] == certificate["prediction"]["index"] else ""
    return f"Without noise the base classifier answers {_named(clean)}{too}.\n"
