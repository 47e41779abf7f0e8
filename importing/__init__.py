"""Bring your own model: a file or folder of weights in, a folder of `models/` out, proved and tried.

The command ``certify-models`` (`importing.certify_models_cli`) is the door for people, these names that for
code. Gateway and workers never import this room.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from importing.draft import Draft, Guess, Original, OriginalScores
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions, Layout, Scale

if TYPE_CHECKING:
    from importing.model_import import Imported, import_model

__all__ = [
    "Draft",
    "Guess",
    "ImportOptions",
    "ImportRefused",
    "Imported",
    "Layout",
    "Original",
    "OriginalScores",
    "Scale",
    "import_model",
]


def __getattr__(name: str) -> object:
    """Load what imports models only when it is asked for: it loads PyTorch, which takes seconds."""
    if name in {"Imported", "import_model"}:
        return getattr(import_module("importing.model_import"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
