"""Server-sent events, read whole."""

from __future__ import annotations

import json
from typing import Any


def parse(stream: str) -> list[tuple[str, Any]]:
    """Read server-sent events; comments are heartbeats."""
    blocks = (block.splitlines() for block in stream.replace("\r\n", "\n").strip().split("\n\n"))
    found = []
    for block in blocks:
        fields = dict(line.split(": ", 1) for line in block if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found
