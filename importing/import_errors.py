"""The error of an import: a sentence that says what is wrong with a file or an option, and what to do."""

from __future__ import annotations


class ImportRefused(Exception):
    """The file cannot become a model as asked. The message says what the file is and what to do about it."""
