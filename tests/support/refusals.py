"""Start a program again and again with settings that it must refuse, all in one process.

``python -m tests.support.refusals MODULE`` is that process: it reads settings, a JSON object a line, calls
``main()`` with them in its environment, and answers with the exit status and what was written.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib import import_module
from unittest.mock import patch

from tests.support.places import ROOT

Start = Callable[..., "subprocess.CompletedProcess[str]"]


@contextmanager
def starting(program: str) -> Iterator[Start]:
    """Give a function that starts the program with settings, by their names, and waits for its end."""
    command = [sys.executable, "-m", __name__, f"{program}.__main__"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def start(**settings: str) -> subprocess.CompletedProcess[str]:
            named = {f"CERTIFY_{name.upper()}": value for name, value in settings.items()}
            asked.write(json.dumps(named) + "\n")
            asked.flush()
            status, out, err = json.loads(answers.readline())
            return subprocess.CompletedProcess(command, status, out, err)

        try:
            yield start
        finally:
            process.kill()


def _answer(main: Callable[[], int], settings: dict[str, str]) -> list[object]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), patch.dict(os.environ, settings):
        status = main()
    return [status, out.getvalue(), err.getvalue()]


if __name__ == "__main__":
    program_main = import_module(sys.argv[1]).main
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(program_main, json.loads(line))) + "\n")
        sys.stdout.flush()
