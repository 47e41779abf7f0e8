"""API keys of the tests, the file that holds them, and what is asked with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx

from service.auth.keyring import hash_key, new_key
from tests.support.pictures import RAMP, encode

PNG = encode(RAMP)
ALICE, BOB, LIMITED = new_key(), new_key(), new_key()
SELDOM, SELDOM_A_MINUTE = new_key(), 360
Ask = Callable[..., httpx.Response]


def entry(name: str, key: str, **limits: int) -> str:
    more = "".join(f"{limit} = {value}\n" for limit, value in limits.items())
    return f'[[key]]\nname = "{name}"\nsha256 = "{hash_key(key)}"\n{more}\n'


KEYS = (
    entry("alice", ALICE)
    + entry("bob", BOB)
    + entry("limited", LIMITED, max_active_jobs=2, requests_per_minute=6, max_n=1000)
)


def replace(path: Path, content: str) -> None:
    """Replace a file in one step, as an operator should."""
    fresh = path.with_suffix(".new")
    fresh.write_text(content)
    fresh.replace(path)


def submit(ask: Ask, key: str, **more: object) -> httpx.Response:
    return ask(
        "POST", "/v1/certifications", key, data={"model": "grey", "n": 1000}, files={"image": PNG}, **more
    )
