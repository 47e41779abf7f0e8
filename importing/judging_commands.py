"""What tells whether a model is set up right: the command ``check``, and ``--try`` of an import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from importing.command_parts import EXIT_STATUS, Models, Name, listed, numbers, refusals, say
from importing.import_errors import ImportRefused

if TYPE_CHECKING:
    from registry import ModelManifest

NOT_RIGHT: Final = 3
"""Exit status of a check that does not call the model right."""

judging = typer.Typer()


@judging.command(epilog=EXIT_STATUS)
def check(
    name: Name,
    pictures: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of pictures for each class, or with labels.csv.")
    ],
    *,
    models: Models = Path("models"),
    sigmas: Annotated[Any, listed("Noise to try, in units of the model's scale.", numbers, "S,S,...")] = None,
    most: Annotated[int, typer.Option(min=1, help="Pictures to look at.")] = 500,
) -> None:
    """Check on pictures with known classes that NAME is set up right, and how it stands noise."""
    with refusals():
        from importing.checking.check_report import checked_in_words  # noqa: PLC0415 - loads PyTorch, which others spare
        from importing.checking.set_up_check import SIGMAS, Verdict, check_model  # noqa: PLC0415 - as above
        from importing.model_reports import usable  # noqa: PLC0415 - as above

        manifest = usable(models, name)
        checked = check_model(manifest, pictures, SIGMAS if sigmas is None else sigmas, most)
        say(checked_in_words(manifest, checked))
    if checked.verdict is not Verdict.RIGHT:
        raise typer.Exit(NOT_RIGHT)


def tried(manifest: ModelManifest, picture: Path) -> str:
    """Return in words what a model that was just written says of a picture. Raises ImportRefused."""
    from importing.checking.trial import try_picture  # noqa: PLC0415 - as above
    from importing.checking.trial_report import trial_in_words  # noqa: PLC0415 - as above

    try:
        return trial_in_words(manifest, try_picture(manifest, picture))
    except ImportRefused as refused:
        raise ImportRefused(f"the model is written, but it could not be tried: {refused}") from refused
