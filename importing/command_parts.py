"""What the commands of ``certify-models`` share: options, exit status, and how refusals are told."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from importing.import_errors import ImportRefused
from importing.plain_words import printable

EXIT_STATUS: Final = (
    "Exit status: 0 done, 2 wrong usage or a file that cannot be imported (nothing is written then, unless "
    "only --try failed), 3 a check that does not call the model right, 9 a defect of certify-models, 130 or "
    "143 ended by Ctrl-C or SIGTERM."
)
_REFUSED, _DEFECT = 2, 9

Models = Annotated[
    Path, typer.Option(envvar="CERTIFY_MODELS_DIR", help="Directory with one folder for each model.")
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace a model of this name.")]
Description = Annotated[str | None, typer.Option(help="What the model tells apart, and how well.")]
Licence = Annotated[str | None, typer.Option(help="Licence of the weights.")]
Source = Annotated[str | None, typer.Option(help="Where the weights come from.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the model; see 'certify-models list'.")]


def numbers(text: str) -> tuple[float, ...]:
    """Read an option such as 0.485,0.456,0.406. Raises typer.BadParameter."""
    try:
        read = tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        read = ()
    if not read or not all(map(math.isfinite, read)):
        raise typer.BadParameter(f"{text!r} is not a list of numbers, such as 0.485,0.456,0.406")
    return read


def sizes(text: str) -> tuple[int, ...]:
    """Read an option such as 3,224,224. Raises typer.BadParameter."""
    try:
        read = tuple(int(part) for part in text.replace(",", " ").replace("x", " ").split())
    except ValueError:
        read = ()
    if not read or min(read) < 1:
        raise typer.BadParameter(f"{text!r} is not a shape, such as 3,224,224")
    return read


def listed(meaning: str, parser: Callable[[str], object], metavar: str) -> Any:
    """Return an option that is a list of numbers."""
    return typer.Option(parser=parser, metavar=metavar, help=meaning)


@contextmanager
def refusals() -> Iterator[None]:
    """Say in one sentence on stderr what was refused, and end with status 2; tell defects from refusals."""
    try:
        yield
    except ImportRefused as refused:
        _tell(str(refused))
        raise typer.Exit(_REFUSED) from None
    except Exception as defect:
        if os.environ.get("CERTIFY_DEBUG"):
            raise
        _tell(f"certify-models has a defect: {type(defect).__name__}: {defect}; CERTIFY_DEBUG=1 shows where")
        raise typer.Exit(_DEFECT) from None


def say(text: str) -> None:
    """Write lines to stdout: files may hold names with characters that a terminal would obey."""
    sys.stdout.write("".join(printable(line) + "\n" for line in text.split("\n")[:-1]))


def _tell(message: str) -> None:
    """Write one line to stderr."""
    sys.stderr.write(printable(" ".join(message.split())) + "\n")
