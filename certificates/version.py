"""The version of this software. It is written in one place, ``pyproject.toml``."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

_PROJECT = "certification-service"
_BESIDE = Path(__file__).resolve().parent.parent / "pyproject.toml"


def version() -> str:
    """Return the version in ``pyproject.toml`` if this runs from a checkout, else the installed version."""
    if _BESIDE.is_file():
        project = tomllib.loads(_BESIDE.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == _PROJECT:
            return str(project["version"])
    return metadata.version(_PROJECT)
