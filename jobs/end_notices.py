"""Hear which jobs end, so that whoever waits for one is told at once and need not ask the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from jobs import keys

LOOK_S: Final = 0.2
"""Longest time until the listener sees that it should stop, in seconds. A choice."""
LONGEST_S: Final = 2.0
"""Longest wait for the listener to stop, in seconds. A choice: the server may be silent at that moment."""
PAUSE_S: Final = 1.0
"""Pause before the listener connects again when the server was away, in seconds. A choice."""

log = logging.getLogger(__name__)


class EndNotices:
    """Listens in a thread of its own, and connects again whenever the server was away.

    The server keeps no notices: one that is published while the listener is not connected is lost. So a job
    that is waited for is read now and then all the same.
    """

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, told: Callable[[str], None]) -> None:
        """Begin to listen. ``told`` is called in the listener's thread with the id of each job that ends."""
        self._thread = threading.Thread(target=self._listen, args=(told,), name="end-notices", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for it, about ``LOOK_S``, so that connections may be closed afterwards."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(LONGEST_S)

    def _listen(self, told: Callable[[str], None]) -> None:
        while not self._stopped.is_set():
            try:
                self._hear(told)
            except (RedisError, OSError) as error:
                log.debug("the server tells no ends at the moment: %s", error)
                self._stopped.wait(PAUSE_S)

    def _hear(self, told: Callable[[str], None]) -> None:
        channel: PubSub = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # as it is in redis-py
        with channel:
            channel.subscribe(keys.ENDED)
            while not self._stopped.is_set():
                notice = channel.get_message(timeout=LOOK_S)
                if notice is not None:
                    told(notice["data"].decode())
