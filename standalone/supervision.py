"""Run supervisord in this process, and print each program's output with its name before each line."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import Final, TextIO

from billiard.util import set_pdeathsig
from supervisor import events
from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions
from supervisor.process import Subprocess
from supervisor.states import SupervisorStates
from supervisor.supervisord import Supervisor

_NAME_WIDTH = 11
_LONGEST_PAUSE_S: Final = 5
"""Longest pause before a program that has worked before is started again. A choice: supervisord's own pause
grows by a second a try, and a service that has worked should be back soon."""


class LossyStream:
    """A stream whose failed writes are ignored: the text is lost, for example because the disk is full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write and flush; drop the text if that fails."""
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()
        return len(text)

    def flush(self) -> None:
        """Do nothing: ``write`` flushes."""


class Console:
    """Prints whole lines, each after the name of its program."""

    def __init__(self) -> None:
        self._unfinished: dict[str, bytes] = {}
        self._closed = False

    def feed(self, name: str, data: bytes) -> None:
        """Take a piece of a program's output; it may end within a line."""
        *lines, rest = (self._unfinished.pop(name, b"") + data).split(b"\n")
        if rest:
            self._unfinished[name] = rest
        for line in lines:
            self.line(name, line.decode(errors="replace"))

    def line(self, name: str, text: str) -> None:
        """Print one line. If its reader has gone or the disk is full, the line is lost."""
        if self._closed:
            return
        try:
            sys.stdout.write(f"{name:<{_NAME_WIDTH}}| {text}\n")
            sys.stdout.flush()
        except BrokenPipeError:
            self._closed = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError:  # the line is lost
            pass


class TiedOptions(ServerOptions):  # type: ignore[misc]  # supervisor has no type information
    """Start programs so that the kernel kills them when this process dies (Linux only)."""

    def fork(self) -> int:
        """Fork as ``os.fork`` does. The kernel watches the thread that forks, which is the main thread."""
        parent = os.getpid()
        pid: int = super().fork()
        if pid == 0:
            with suppress(OSError):  # other systems have no such signal
                set_pdeathsig(signal.SIGKILL)
            if os.getppid() != parent:  # the parent died before the call above
                os._exit(1)
        return pid


class ConsoleSupervisor(Supervisor):  # type: ignore[misc]  # as above
    """Restarts programs that end. If a program never starts, it stops all programs.

    A program that has worked before is started again without limit, since the cause may pass: a full disk may
    have room again.
    """

    def __init__(self, options: ServerOptions, console: Console) -> None:
        super().__init__(options)
        self.gave_up = False
        self._console = console
        self._proven: set[str] = set()

    def runforever(self) -> None:
        """Run until a signal, then stop the programs in the reverse order of starting."""
        events.subscribe(events.ProcessLogEvent, self._on_output)
        events.subscribe(events.ProcessStateEvent, self._on_state)
        events.subscribe(events.SupervisorStoppingEvent, self._on_stopping)
        super().runforever()

    def _on_output(self, event: events.ProcessLogEvent) -> None:
        self._console.feed(event.process.config.name, event.data)

    def _on_state(self, event: events.ProcessStateEvent) -> None:
        name = event.process.config.name
        if isinstance(event, events.ProcessStateFatalEvent):
            self._give_up(name)
        elif isinstance(event, events.ProcessStateExitedEvent) and not _is_done(event):
            self._console.line(name, "ended unexpectedly; starting it again")
        elif isinstance(event, events.ProcessStateRunningEvent):
            if not _has_ended(event.process.pid):
                self._proven.add(name)
        elif isinstance(event, events.ProcessStateBackoffEvent):
            self._console.line(name, "ended at once; trying again")
            if name in self._proven:
                _keep_trying(event.process)
        elif isinstance(event, events.ProcessStateStoppedEvent):
            self._console.line(name, "stopped")

    def _give_up(self, name: str) -> None:
        if self.options.mood == SupervisorStates.RUNNING:  # a stop is not under way already
            self._console.line(name, "cannot be started; stopping everything. See the lines above.")
            self.gave_up = True
            self.options.mood = SupervisorStates.SHUTDOWN

    def _on_stopping(self, _event: events.SupervisorStoppingEvent) -> None:
        self._console.line("supervisor", "stopping everything in order")


def _has_ended(pid: int) -> bool:
    """Whether a child has ended without supervisord having noticed.

    Supervisord looks for ended children about once a second. Before it looks, it may report a child that
    ended at once as running.
    """
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return False
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _keep_trying(process: Subprocess) -> None:
    """Cap ``backoff``, supervisord's count of tries: past ``startretries`` it would give up."""
    process.backoff = min(process.backoff, process.config.startretries, _LONGEST_PAUSE_S)


def _is_done(event: events.ProcessStateExitedEvent) -> bool:
    return bool(event.expected) and not event.process.config.autorestart


def supervise(configuration: Path) -> bool:
    """Run the configured programs until a signal. Return False if one of them never started."""
    options = TiedOptions()
    options.realize(["-c", str(configuration)])
    options.first = True
    options.test = False
    supervisor = ConsoleSupervisor(options, Console())
    try:
        with redirect_stderr(LossyStream(sys.stderr)):  # supervisord reports there that it cannot log
            supervisor.main()
    except ExitNow:
        pass
    finally:
        options.close_logger()
    return not supervisor.gave_up
