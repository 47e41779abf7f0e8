"""Hide PyTorch from programs, as if it were not installed: by a module that Python imports at its start."""

from __future__ import annotations

from pathlib import Path

HIDING = """
from importlib.machinery import PathFinder


class _Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] == "torch" else super().find_spec(name, path, target)


import sys

sys.meta_path[sys.meta_path.index(PathFinder)] = _Hiding
"""


def write_hiding(folder: Path) -> Path:
    """Make the module in ``folder``, and return what to put on a program's path."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(HIDING)
    return folder
