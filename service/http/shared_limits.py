"""What many requests share and is bounded: bytes and number of bodies, streams of events, work at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.http.problems import ProblemError

RETRY_AFTER: Final = {"Retry-After": "2"}


class Held:
    """An owner's part of a `Pool` that grows and is given back as a whole."""

    def __init__(self, pool: Pool, owner: str) -> None:
        self._pool = pool
        self._owner = owner
        self.amount = 0

    def take(self, amount: int) -> None:
        """Take more. Raises ProblemError ``overloaded`` when the pool has no more to give."""
        self._pool.take(self._owner, amount)
        self.amount += amount

    def give_back(self) -> None:
        """Give back all that was taken; more may be taken afterwards."""
        self._pool.take(self._owner, -self.amount)
        self.amount = 0


class Pool:
    """A bounded amount of something. Used on the event loop alone, so it needs no lock.

    What one key's requests hold together is never more than what is left for all others: one greedy key can
    take a half, two can take a third each, and there is always something left for the next. Callers without
    a key are one, and may take all.
    """

    def __init__(self, most: int, refusal: str) -> None:
        self._left = most
        self._held: Counter[str] = Counter()
        self._refusal = refusal

    @contextmanager
    def share(self, owner: str = "") -> Iterator[Held]:
        """Give out a part, empty at first, and take it back at the end of the block."""
        held = Held(self, owner)
        try:
            yield held
        finally:
            held.give_back()

    def take(self, owner: str, amount: int) -> None:
        """Take an amount for an owner; less than 0 gives back. Raises ProblemError ``overloaded``."""
        left, held = self._left - amount, self._held[owner] + amount
        if amount > 0 and left < 0:
            raise ProblemError("overloaded", self._refusal, headers=RETRY_AFTER)
        if amount > 0 and owner and held > left:
            detail = f"{self._refusal} This key has its share of them; the rest is for others."
            raise ProblemError("overloaded", detail, headers=RETRY_AFTER)
        self._left = left
        if held:
            self._held[owner] = held
        else:
            del self._held[owner]
