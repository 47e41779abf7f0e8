"""Load the scripts of ``jobs/lua``: changes of what is stored that happen completely or not at all.

The server runs one script at a time, and writes it to the append-only file as one transaction. The first
lines of a script state its keys, its arguments and its answer.
"""

from __future__ import annotations

from importlib.resources import files

from redis import Redis
from redis.commands.core import Script


def load_script(client: Redis, name: str) -> Script:
    """Read ``jobs/lua/<name>.lua`` for use with ``client``; nothing is sent before its first call."""
    return client.register_script(files("jobs").joinpath("lua", f"{name}.lua").read_text(encoding="utf-8"))
