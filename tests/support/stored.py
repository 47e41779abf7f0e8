"""Jobs as an earlier release left them on the server, put back into an empty one.

`tests/jobs/data/version-1.json` was written by running the release whose records have version 1: its worker
was killed in the middle of several jobs, and every key that was left, the queue aside, was read from the
server.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis

VERSION_1 = Path(__file__).parent.parent / "jobs/data/version-1.json"


@dataclass(frozen=True, slots=True)
class Stored:
    """Ids of the jobs by what they are examples of, and the fields of their hashes."""

    ids: dict[str, str]
    fields: dict[str, dict[str, str]]


def restore(client: Redis, file: Path = VERSION_1) -> Stored:
    """Write every key again."""
    content = json.loads(file.read_text())
    for key, entry in content["keys"].items():
        _write(client, key, entry["type"], entry["value"])
    hashes = {
        name: content["keys"][f"certify:job:{job_id}"]["value"] for name, job_id in content["names"].items()
    }
    return Stored(content["names"], hashes)


def _write(client: Redis, key: str, kind: str, value: Any) -> None:
    if kind == "string":
        client.set(key, _bytes(value))
    elif kind == "hash":
        client.hset(key, mapping={name: _bytes(content) for name, content in value.items()})
    elif kind == "zset":
        client.zadd(key, value)
    else:
        client.sadd(key, *value)


def _bytes(value: str | dict[str, str]) -> bytes:
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])
