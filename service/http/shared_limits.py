"""Limits that all requests share: bytes and number of bodies, streams of events, requests at once."""

from __future__ import annotations

from collections import Counter
from typing import Final, Self

from service.http.problems import ProblemError

RETRY_AFTER: Final = {"Retry-After": "2"}


class Held:
    """The part of a `Pool` that one request has taken. It can grow, and is given back as a whole.

    Used as a context manager, it is given back at the end of the block.
    """

    def __init__(self, pool: Pool, owner: str) -> None:
        self._pool = pool
        self._owner = owner
        self.amount = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()

    def take(self, amount: int) -> None:
        """Take more. Raises ProblemError ``overloaded`` if the pool has not enough left for this owner."""
        self._pool.take(self._owner, amount)
        self.amount += amount

    def give_back(self) -> None:
        """Give back everything that was taken; more may be taken afterwards."""
        if self.amount:
            self._pool.take(self._owner, -self.amount)
            self.amount = 0


class Pool:
    """A bounded amount that requests share. It is used on the event loop only, so it needs no lock.

    All requests of one key together never hold more than what is left for the other keys. So one greedy key
    can take a half, two can take a third each, and something is always left for the next. All callers without
    a key count as one caller, who may take everything.
    """

    def __init__(self, most: int, refusal: str) -> None:
        self._left = most
        self._held: Counter[str] = Counter()
        self._refusal = refusal

    def share(self, owner: str = "") -> Held:
        """Return an empty part for an owner."""
        return Held(self, owner)

    def take(self, owner: str, amount: int) -> None:
        """Take an amount for an owner; a negative amount gives back. Raises ProblemError ``overloaded``."""
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
