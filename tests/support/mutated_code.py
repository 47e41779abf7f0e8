"""Load `certificates` with all its mutants, of which one at a time replaces the function it was made from.

mutmut makes the mutants. They are compiled when a module is imported: no file is written.
"""

from __future__ import annotations

import difflib
import importlib.abc
import importlib.machinery
import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import mutmut.mutation.trampoline
from mutmut.mutation.file_mutation import mutate_file_contents

from tests.support.places import ROOT

PACKAGE = "certificates"
Function = Callable[..., Any]
Decorator = Callable[[Function], Function]

_ORIGINAL = "_mutmut_orig"


class MutatedCode(importlib.abc.MetaPathFinder):
    """Finds the modules of `certificates` and keeps their mutants, by module, function and number.

    ``called`` gathers the functions that were called; a function is named ``module.x_name`` as in mutmut's
    names of its mutants, ``module.x_name__mutmut_3``.
    """

    def __init__(self) -> None:
        self.mutants: dict[str, str] = {}
        """From the name of each mutant to that of its function."""
        self.called: set[str] = set()
        self._active: dict[str, str] = {}
        self._code: dict[str, str] = {}

    def install(self) -> None:
        """Make imports of `certificates` come here. RuntimeError if it is imported already."""
        if PACKAGE in sys.modules:
            raise RuntimeError(f"{PACKAGE} was imported before its mutants were made")
        setattr(mutmut.mutation.trampoline, "wrap_in_trampoline", self._switched)  # noqa: B010 - of another type
        sys.meta_path.insert(0, self)

    def activate(self, mutant: str) -> None:
        """Let a mutant replace its function from now on."""
        self._active = {self.mutants[mutant]: mutant.rpartition(".")[2]}

    def difference(self, mutant: str) -> str:
        """Return the lines in which a mutant differs from its function."""
        module, _, name = mutant.rpartition(".")
        original, changed = (
            _definition(self._code[module], one)
            for one in (self.mutants[mutant].rpartition(".")[2] + "_" + _ORIGINAL, name)
        )
        lines = difflib.unified_diff(original, changed, n=0, lineterm="")
        return "\n".join(line for line in list(lines)[3:] if "__mutmut_" not in line)

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module of `certificates`, and None for any other."""
        del path, target
        if fullname.partition(".")[0] != PACKAGE:
            return None
        base = ROOT.joinpath(*fullname.split("."))
        file = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        loader = _Loader(fullname, str(file), self)
        spec = importlib.machinery.ModuleSpec(fullname, loader, origin=str(file), is_package=base.is_dir())
        spec.has_location = True  # so that the module has its __file__
        return spec

    def compiled(self, module: str, file: Path) -> CodeType:
        """Return the code of a module with its mutants, and remember them."""
        mutated = mutate_file_contents(str(file), file.read_text(encoding="utf-8"))
        self._code[module] = mutated.code
        for name in mutated.mutant_names:
            self.mutants[f"{module}.{name}"] = f"{module}.{name.rpartition('__mutmut_')[0]}"
        return compile(mutated.code, str(file), "exec", dont_inherit=True)

    def _switched(
        self, mutants: dict[str, Function], is_classmethod: bool = False
    ) -> Callable[..., Function]:
        """Stand in for mutmut's decorator, which reads the environment at every call."""

        def decorate(function: Function) -> Function:
            called, active, module = self.called, self, function.__module__
            name = ""

            @wraps(function)
            def call(*args: Any, **kwargs: Any) -> Any:
                nonlocal name
                original = mutants[_ORIGINAL]
                name = name or f"{module}.{original.__name__.removesuffix('_' + _ORIGINAL)}"
                called.add(name)
                chosen = mutants[active._active.get(name, _ORIGINAL)]
                if is_classmethod:
                    return getattr(args[0], chosen.__name__)(*args[1:], **kwargs)
                return chosen(*args, **kwargs)

            return call

        return decorate


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: MutatedCode) -> None:
        super().__init__(fullname, path)
        self._mutated = code

    def get_code(self, fullname: str) -> CodeType:
        return self._mutated.compiled(fullname, Path(self.path))


def _definition(code: str, name: str) -> list[str]:
    """Return the lines of the function of this name."""
    found = re.search(rf"^( *)def {re.escape(name)}\(.*?(?=^\1[^\s)]|\Z)", code, re.DOTALL | re.MULTILINE)
    return [] if found is None else found[0].rstrip().splitlines()
