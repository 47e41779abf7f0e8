"""The command ``certify-models``: runs the room ``importing`` of a checkout, or says that it is not here.

The client is installed without the service's code, and the command's name comes with it.
"""

from __future__ import annotations

import sys
from pkgutil import resolve_name

_MISSING = (
    "certify-models runs in a checkout of the service, after 'make import'; "
    "here it lacks the Python package {}\n"
)


def main() -> None:
    """Run the command, if its code and its packages are installed; else end with status 2."""
    try:
        command = resolve_name("importing.certify_models_cli:main")
    except ModuleNotFoundError as missing:
        sys.stderr.write(_MISSING.format(missing.name))
        sys.exit(2)
    command()
