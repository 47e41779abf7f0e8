"""A child of the worker imports what computes before its first task, and its main process never does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.places import ROOT

PACKAGES = {"torch", "onnxruntime"}
MAIN = """
import sys
from tests.support.compiled_once import compile_once
compile_once()
import worker.queue.celery_worker as main
from worker.queue.warm_up import warm_up
warm_up()
"""
CHILD = f"{MAIN}\nmain._prepare_child(0)"


@pytest.mark.parametrize(("program", "imported"), [(MAIN, set()), (CHILD, PACKAGES)])
def test_what_computes_is_imported_in_children_alone(program: str, imported: set[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"{program}\nprint(*{PACKAGES} & sys.modules.keys())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert set(told.stdout.split()) == imported
