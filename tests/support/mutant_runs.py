"""Plugin for pytest that runs the collected tests against mutants of `certificates`: `make mutants`.

The tests are collected and run once without a mutant, which shows which functions each one calls. Then each
mutant gets a process, forked from this one, which runs the tests that call its function until one fails.
"""

from __future__ import annotations

import fnmatch
import mmap
import os
import random
import signal
import sys
import time
import warnings
from collections import defaultdict

import hypothesis
import pytest

from tests.support.mutant_verdicts import ENDLESS, KILLED, SURVIVED, UNTESTED, table, verdicts, write_verdict
from tests.support.mutated_code import MutatedCode

_PATIENCE = 3.0
"""A test that takes this many seconds more than without a mutant is ended: some mutants never end."""

CODE = MutatedCode()
CODE.install()  # here, since conftest.py imports the package


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mutants")
    group.addoption("--mutants", default="*", help="patterns of the names of mutants to run, with commas")
    group.addoption("--slowest", type=float, default=0.5, help="leave out tests that take more seconds")
    group.addoption("--mutant-sample", type=int, default=0, help="run so many, drawn at random; 0 for all")
    group.addoption("--mutant-processes", type=int, default=1, help="mutants that run at the same time")


def pytest_collection() -> None:
    """Let Hypothesis stop at the first failure: a smaller one is not needed."""
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", deadline=None, database=None, phases=phases)
    hypothesis.settings.load_profile("mutants")


def pytest_runtestloop(session: pytest.Session) -> bool:
    option = session.config.option
    runs = MutantRuns(session.items, option.slowest)
    patterns = option.mutants.split(",")
    names = list(dict.fromkeys(name for one in patterns for name in fnmatch.filter(CODE.mutants, one)))
    if option.mutant_sample:
        names = random.Random(0).sample(names, min(option.mutant_sample, len(names)))
    _say(f"{len(names)} mutants of {len(CODE.mutants)}, {len(runs.seconds)} tests")
    runs.run(names, option.mutant_processes)
    _say(table(names))
    return True


class MutantRuns:
    """Runs tests against mutants and writes a line for each: name, verdict, test that killed it."""

    def __init__(self, items: list[pytest.Item], slowest: float) -> None:
        self.tests: dict[str, list[pytest.Item]] = defaultdict(list)
        self.seconds: dict[str, float] = {}
        self._decisive: dict[str, list[str]] = defaultdict(list)
        self._running: dict[int, tuple[str, list[pytest.Item], mmap.mmap]] = {}
        for item in items:
            self._try(item, slowest)

    def _try(self, item: pytest.Item, slowest: float) -> None:
        """Run a test without a mutant, and note which functions it calls."""
        CODE.called.clear()
        began = time.process_time()
        if not _passes(item, None):
            raise pytest.UsageError(f"{item.nodeid} does not pass without a mutant")
        seconds = time.process_time() - began
        if seconds > slowest:
            return
        self.seconds[item.nodeid] = seconds
        for function in CODE.called:
            self.tests[function].append(item)

    def run(self, names: list[str], processes: int) -> None:
        """Run the mutants of these names, but for those that are known to be killed."""
        known = verdicts()
        for name in names:
            if known.get(name) not in {KILLED, ENDLESS}:
                while len(self._running) >= processes:
                    self._reap()
                self._begin(name)
        while self._running:
            self._reap()

    def _begin(self, name: str) -> None:
        function = CODE.mutants[name]
        decisive = self._decisive[function]
        order = sorted(
            self.tests[function],
            key=lambda item: (
                decisive.index(item.nodeid) if item.nodeid in decisive else len(decisive),
                self.seconds[item.nodeid],
            ),
        )
        if not order:
            _record(name, UNTESTED)
            return
        place = mmap.mmap(-1, 4)
        process = os.fork()
        if process == 0:
            self._test(name, order, place)
        self._running[process] = name, order, place

    def _test(self, name: str, order: list[pytest.Item], place: mmap.mmap) -> None:
        """Run tests in this process, which ends here, until one fails; ``place`` tells which one runs."""
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        CODE.activate(name)
        for number, (item, following) in enumerate(zip(order, [*order[1:], None], strict=True)):
            place[:] = number.to_bytes(4)
            signal.setitimer(signal.ITIMER_PROF, _PATIENCE + 10.0 * self.seconds[item.nodeid])
            if not _passes(item, following):
                os._exit(1)
        os._exit(0)

    def _reap(self) -> None:
        process, status = os.wait()
        name, order, place = self._running.pop(process)
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            _record(name, SURVIVED)
            return
        test = order[int.from_bytes(place[:])].nodeid
        _record(name, ENDLESS if code == -signal.SIGPROF else KILLED, test)
        decisive = self._decisive[CODE.mutants[name]]
        if test in decisive:
            decisive.remove(test)
        decisive.insert(0, test)


def _record(name: str, verdict: str, test: str = "") -> None:
    write_verdict(name, verdict, test)
    if verdict != KILLED:
        _say(f"{name}: {verdict} {test}\n{CODE.difference(name)}")


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run a test without the reports of pytest, which take far longer than most tests."""
    state = item.session._setupstate
    passed = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            item._initrequest()  # type: ignore[attr-defined]
            state.setup(item)
            item.runtest()
    except BaseException:  # noqa: BLE001 - whatever a mutant raises, the test fails
        passed = False
    try:
        state.teardown_exact(following)
    except BaseException:  # noqa: BLE001 - the same
        passed = False
    return passed


def _say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")
    sys.stdout.flush()
