"""A second version of ONNX Runtime for workers: the installed one, but for the version that it states.

All of it is a link to the installed package, so its classifiers are the same; the service cannot know that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

OTHER: Final = "0.0.1+other"


def write_other_onnxruntime(folder: Path) -> Path:
    """Make the package in ``folder``, and return what to put on a program's path."""
    found = find_spec("onnxruntime")
    assert found is not None
    assert found.origin is not None
    installed = Path(found.origin).parent
    package = folder / "onnxruntime"
    package.mkdir(parents=True)
    for entry in installed.iterdir():
        if entry.name not in {"__init__.py", "__pycache__"}:
            (package / entry.name).symlink_to(entry)
    stated = (installed / "__init__.py").read_text().splitlines(keepends=True)
    lines = [f"__version__ = {OTHER!r}\n" if line.startswith("__version__") else line for line in stated]
    (package / "__init__.py").write_text("".join(lines))
    return folder


@contextmanager
def on_path(folder: Path) -> Iterator[None]:
    """Let programs that are made in this block find packages in ``folder`` first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
        yield
