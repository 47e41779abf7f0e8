"""What many requests share: bytes of bodies that are held, and streams of events that are open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.problems import ProblemError

RETRY_AFTER: Final = {"Retry-After": "2"}


class Held:
    """A share of a `Pool` that grows and is given back as a whole."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.amount = 0

    def take(self, amount: int) -> None:
        """Take more. Raises ProblemError ``overloaded`` when the pool has no more to give."""
        self._pool.take(amount)
        self.amount += amount


class Pool:
    """A bounded amount of something. Used on the event loop alone, so it needs no lock."""

    def __init__(self, most: int, refusal: str) -> None:
        self._left = most
        self._refusal = refusal

    @contextmanager
    def share(self) -> Iterator[Held]:
        """Give out a share, empty at first, and take it back at the end of the block."""
        held = Held(self)
        try:
            yield held
        finally:
            self._left += held.amount

    def take(self, amount: int) -> None:
        """Take an amount for a share. Raises ProblemError ``overloaded``."""
        if amount > self._left:
            raise ProblemError("overloaded", self._refusal, headers=RETRY_AFTER)
        self._left -= amount
