"""Requests that the API's description shows; `service/api/examples.json` has the answers to them."""

from __future__ import annotations

from typing import Final

from certificates import CERTIFIERS

BASE: Final[dict[str, object]] = {"model": "mnist", "sigma": 0.5, "n": 100000}
"""What every example asks for."""

FIELDS: Final[dict[str, dict[str, object]]] = {
    **{name: {"certifier": name} for name in CERTIFIERS.names()},
    **{
        f"{certifier.name}_paper": {"certifier": certifier.name, "bounds": "paper"}
        for certifier in CERTIFIERS
    },
    "stop": {"stop": {"radius": 0.3}},
    "multiclass": {"certifier": "first_order", "decision": "multiclass"},
    "discrete": {"noise": "discrete"},
}
"""What each of them asks for beside that."""
