"""What a method of the client does, as steps: requests, pauses, results. Clients carry them out.

The same steps serve the client that waits for each answer and the one for asyncio.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import httpx

from certify_client.client_errors import ClientError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request. ``more`` are arguments of httpx; ``read`` makes the result of the answer, or raises."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Found:
    """A result that an iterator of the client yields."""

    value: Any


Step = Call[Any] | Pause | Found
Steps = Generator[Step, Any, T]


def only(call: Call[T]) -> Steps[T]:
    """Return the steps that are one request."""
    answer: T = yield call
    return answer


class Walk(Generic[T]):
    """Goes through steps: ``step`` is the one to take now, None once they have ended with ``result``."""

    def __init__(self, steps: Steps[T]) -> None:
        self._steps = steps
        self.step: Step | None = None
        self.result: T | None = None
        self.answered(None)

    def answered(self, value: Any) -> None:
        """Go on with the answer of the step."""
        self._go(lambda: self._steps.send(value))

    def failed(self, error: ClientError) -> None:
        """Go on with the error that the step ended with; raises it if the steps do not handle it."""
        self._go(lambda: self._steps.throw(error))

    def _go(self, next_step: Callable[[], Step]) -> None:
        try:
            self.step = next_step()
        except StopIteration as end:
            self.step, self.result = None, end.value
