"""ONNX Runtime that loads small files alone, as on a machine out of order, under its usual version."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SAID: Final = "this machine is out of order"
CRIPPLING: Final = f"""
import sys
from importlib.machinery import PathFinder


class _Crippling(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        spec = super().find_spec(name, path, target)
        if name == "onnxruntime" and spec is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (load(module), _cripple(module))
        return spec


def _cripple(module):
    class Session(module.InferenceSession):
        def __init__(self, data, *rest, **more):
            if len(data) > 100_000:
                raise RuntimeError({SAID!r})
            super().__init__(data, *rest, **more)

    module.InferenceSession = Session


sys.meta_path[sys.meta_path.index(PathFinder)] = _Crippling
"""


def write_crippling(folder: Path) -> Path:
    """Make the module in ``folder``, and return what to put on a program's path."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(CRIPPLING)
    return folder
