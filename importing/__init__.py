"""Bring your own model: a file or folder of weights in, a folder of `models/` out, proved and tried.

The command ``certify-models`` (`importing.certify_models_cli`) is the door for people, these names that for
code. Gateway and workers never import this room.
"""

from importing.draft import Draft, Guess, Original, OriginalScores
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions, Layout, Scale

__all__ = [
    "Draft",
    "Guess",
    "ImportOptions",
    "ImportRefused",
    "Layout",
    "Original",
    "OriginalScores",
    "Scale",
]
