"""Put a certificate into words: the claim, the bounds with their estimates, and what to change."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

from rich.text import Text

from certificates.claim.claim import Claim
from certificates.claim.farthest import largest_radius

_CHANCE = 0.5
"""A majority decision certifies a class only if its score is above this."""


def certified(certificate: dict[str, Any]) -> Text:
    """Say what is certified, from which bounds, and the largest radius that so many samples could give."""
    unit = certificate.get("radius_unit", "L2 distance in the model's input space")
    text = Text(f"Certified: {_label(certificate)}, radius {certificate['radius']}\n", style="bold green")
    text.append(
        f"The smoothed classifier's answer stays {_label(certificate)} for every input closer than "
        f"{certificate['radius']} to this one ({unit}). The chance that this is wrong is at most "
        f"{certificate['eta']:g}.\n",
        style="not bold default",
    )
    text.append(f"{_reach(certificate)}\n", style="not bold default")
    return text.append(_how(certificate), style="not bold dim")


def abstained(certificate: dict[str, Any]) -> Text:
    """Say that nothing is certified, from which bounds, and whether to change n, sigma or the model."""
    text = Text("Abstained: nothing could be certified\n", style="bold yellow")
    text.append(
        f"The samples do not show that the smoothed classifier answers {_label(certificate)}. "
        f"{_advice(certificate)}\n",
        style="not bold default",
    )
    return text.append(_how(certificate), style="not bold dim")


def _claim(certificate: dict[str, Any]) -> tuple[Claim, int]:
    """Return the claim and the number of classes (2 for a dipole: its pairs do not count each class)."""
    hits = certificate["counts"]["hits"]
    return Claim.from_dict(certificate["claim"]), 2 if hits is None else len(hits["per_class"])


def _reach(certificate: dict[str, Any]) -> str:
    claim, classes = _claim(certificate)
    largest = largest_radius(claim, classes)
    return (
        f"Had every one of n = {claim.n:,} samples been a hit, the radius would be {largest} at most; only a "
        "larger n or sigma reaches further."
    )


def _advice(certificate: dict[str, Any]) -> str:
    """Say what may help: a larger n, a smaller sigma or another model, as the counts suggest."""
    claim, classes = _claim(certificate)
    if largest_radius(claim, classes) == 0.0:
        return (
            f"n = {claim.n:,} is too small to certify anything at eta {claim.eta:g}, even if every sample "
            "were a hit: use a larger n."
        )
    seen, majority = certificate["p_a"]["estimate"], certificate["decision"] == "majority"
    if seen is None:
        return "No samples were counted: let the job run longer."
    limit = _CHANCE if majority else _best_other(certificate["counts"]["hits"])
    if seen <= limit:
        return _hopeless(certificate, seen, limit, majority)
    needed = max(_needed(seen, limit, claim.eta, majority), 2 * certificate["n"])
    return (
        f"It was the answer for {_percent(seen)} of them, which is more than {_percent(limit)}: if that "
        f"holds, about n = {needed:,} samples will show it. A smaller sigma may do the same."
    )


def _best_other(hits: dict[str, Any]) -> float:
    """Return the largest share of votes among the classes other than the target."""
    others = [votes for index, votes in enumerate(hits["per_class"]) if index != hits["target"]]
    share: float = max(others) / hits["n"]
    return share


def _hopeless(certificate: dict[str, Any], seen: float, limit: float, majority: bool) -> str:
    other = "half of them" if majority else f"the {_percent(limit)} of another class"
    said = (
        f"It was the answer for {_percent(seen)} of them, not more than {other}. A larger n changes nothing "
        "about that: use a smaller sigma, or a classifier trained with noise of this sigma."
    )
    hits = certificate["counts"]["hits"]
    if majority and certificate["bounds"] == "tight" and hits is not None:
        leads = hits["per_class"][hits["target"]] == max(hits["per_class"])
        said += " The multiclass decision asks for less: to be ahead of every other class." if leads else ""
    return said


def _needed(seen: float, limit: float, eta: float, majority: bool) -> int:
    """Return about how many samples show that a share exceeds a limit, rounded up to two digits.

    The limit is 1/2, or the share of another class. The number is that of the normal approximation, and a
    fifth more.
    """
    variance = seen * (1.0 - seen) if majority else seen + limit - (seen - limit) ** 2
    number = 1.2 * (NormalDist().inv_cdf(eta) / (seen - limit)) ** 2 * variance
    step: int = 10 ** max(math.floor(math.log10(max(number, 1.0))) - 1, 0)
    return 2 * math.ceil(number / step / 2) * step


def _percent(share: float) -> str:
    return f"{100.0 * share:.4g}%"


def _how(certificate: dict[str, Any]) -> str:
    bounds = [
        f"{name} >= {certificate[name]['lower']:.6f}{_estimate(certificate[name])}"
        for name in ("p_a", "c_s", "c_n")
        if certificate.get(name) is not None
    ]
    for name, said in (("p_other", "p_other"), ("gradient_norm", "gradient norm")):
        if certificate.get(name) is not None:
            bounds.append(f"{said} <= {certificate[name]['upper']:.6f}{_estimate(certificate[name])}")
    model = certificate["model"]
    kinds = (
        f"{certificate['bounds']} bounds, {certificate['noise']} noise, {certificate['decision']} decision"
    )
    return (
        f"{certificate['certifier']} certifier, {kinds}: {', '.join(bounds)}\n"
        f"model {model['name']} ({model['runtime']}, {model['provider']}), sigma {certificate['sigma']:g}, "
        f"n {certificate['n']:,}, eta {certificate['eta']:g}, seed {certificate['seed']}"
    )


def _estimate(bound: dict[str, Any]) -> str:
    return "" if bound["estimate"] is None else f" (estimate {bound['estimate']:.6f})"


def _label(certificate: dict[str, Any]) -> str:
    prediction = certificate["prediction"]
    label = prediction["label"]
    return f"class {prediction['index']}" if label is None else f"{label!r} (class {prediction['index']})"
