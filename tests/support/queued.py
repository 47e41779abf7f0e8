"""Read the messages on the queue without taking them."""

from __future__ import annotations

import base64
import json
from typing import cast

from redis import Redis

from jobs import keys


def queued(client: Redis, queue: str = keys.COMMON_QUEUE) -> list[tuple[str, list[str | int]]]:
    """Return name and arguments of the tasks on a queue, the next one first."""
    content = cast("list[bytes]", client.lrange(keys.messages(queue), 0, -1))
    messages = [json.loads(message) for message in reversed(content)]
    return [
        (message["headers"]["task"], json.loads(base64.b64decode(message["body"]))[0]) for message in messages
    ]


def drain(client: Redis) -> None:
    """Lose every message on every queue."""
    client.delete(*client.keys(f"{keys.messages(keys.COMMON_QUEUE)}*"), keys.messages(keys.COMMON_QUEUE))
