"""What goes to a server, by round trips: a script, and all between MULTI and EXEC, is one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis import Redis

from jobs import keys

LEFT_OUT = frozenset({"SETRANGE", "PING", "HELLO", "CLIENT", "AUTH", "SELECT"})
"""What is sent with `INFO` in one go when durability is looked at, and what opens a connection."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One round trip: who made it, and what it was, as far as one can tell by its words."""

    client: str
    words: str

    @property
    def of_celery(self) -> bool:
        """Whether it is about messages."""
        return keys.BROKER_PREFIX in self.words


@contextmanager
def watched(client: Redis) -> Iterator[list[Trip]]:
    """Yield a list that holds, after the block, the trips that everybody made within it, in order.

    A script that the server does not know yet takes two trips more: let it be used once before.
    """
    trips: list[Trip] = []
    with client.monitor() as monitor:  # type: ignore[no-untyped-call]  # untyped in redis-py
        yield trips
        end = secrets.token_hex(8)
        client.echo(end)
        commands: list[Any] = []
        while end not in (command := monitor.next_command())["command"]:
            commands.append(command)
    open_blocks: dict[str, list[str]] = {}
    for command in commands:
        who, words = f"{command['client_address']}:{command['client_port']}", command["command"]
        name = words.split(" ", 1)[0].upper()
        if command["client_type"] == "lua" or name in LEFT_OUT:
            continue
        if name == "MULTI":
            open_blocks[who] = []
        elif name == "EXEC":
            trips.append(Trip(who, " ".join(open_blocks.pop(who, []))))
        elif who in open_blocks:
            open_blocks[who].append(words)
        else:
            trips.append(Trip(who, words))
