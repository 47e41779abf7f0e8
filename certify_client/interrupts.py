"""Handle the signals that ask a command to end while it has a job: Ctrl-C, SIGTERM and SIGHUP."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Self

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asks the command to end; ``status`` is the exit status that shells report for it."""

    STATUS_OF_CTRL_C = 128 + signal.SIGINT

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(f"ended by {number.name}")
        self.status = 128 + number


class Interrupts:
    """While its block runs, the signals raise Interrupted; those that were ignored (nohup) still are.

    At first it holds the first signal back until ``release`` is called, so that the submission of a job, or
    its cancelling, can finish. A second signal is raised at once. After a signal was raised, the next one is
    held back again.
    """

    def __init__(self) -> None:
        self._holding = True
        self._kept: signal.Signals | None = None
        self._before = {number: signal.getsignal(number) for number in _ASKING}

    def __enter__(self) -> Self:
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._arrived)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def release(self) -> None:
        """Hold signals back no longer; raises Interrupted if one was held back."""
        self._holding = False
        if self._kept is not None:
            self._raise(self._kept)

    def _arrived(self, number: int, _frame: FrameType | None) -> None:
        if self._holding and self._kept is None:
            self._kept = signal.Signals(number)
        else:
            self._raise(signal.Signals(number))

    def _raise(self, number: signal.Signals) -> None:
        self._holding, self._kept = True, None
        raise Interrupted(number)
