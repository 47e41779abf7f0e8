"""The command ``certify rescore``: certify somebody's published counts again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from certify_client.bounded_files import UnusableFile, read_file
from certify_client.exit_faults import EXIT_STATUS, Exit, faults_end_the_command
from certify_client.options import number
from certify_client.printed_numbers import down
from certify_client.result_tables import written
from certify_client.run_notes import write_whole


def rescore_file(
    path: Annotated[
        Path, typer.Argument(metavar="TABLE", help="Table with counts, as the seed paper's logs.")
    ],
    *,
    sigma: Annotated[float, number("Noise that the counts were taken with, in input units.")],
    n: Annotated[int, typer.Option(min=1, help="Evaluations for each line.")],
    eta: Annotated[float, number("Probability that one certificate may be wrong.")] = 0.001,
    d: Annotated[int | None, typer.Option(min=1, help="Elements of an input; for second order.")] = None,
    bounds: Annotated[str, typer.Option(help="tight or paper.")] = "tight",
    out: Annotated[Path | None, typer.Option(help="Table to write.")] = None,
) -> None:
    """Compute the radii of a table of counts again, with the paper's bounds or sharper ones."""
    with faults_end_the_command():
        from certificates import Bounds  # noqa: PLC0415 - loads SciPy, which the other commands spare
        from certify_client.rescoring import Given, rescore  # noqa: PLC0415 - as above

        if bounds not in {Bounds.TIGHT, Bounds.PAPER}:
            raise UnusableFile("--bounds must be tight or paper")
        given = Given(sigma, n, eta, d, Bounds(bounds))
        lines = list(rescore(read_file(path), str(path), given))
        if not lines:
            raise UnusableFile(f"{path} has no line")
        if out is not None:
            write_whole(out, written(line.result for line in lines))
        before = sum(line.printed for line in lines) / len(lines)
        after = sum(line.result.radius for line in lines) / len(lines)
        certified = sum(line.result.predict >= 0 or line.result.radius > 0 for line in lines)
        Console().print(
            f"{len(lines):,} lines, {certified:,} certified; mean radius {down(after)}, "
            f"printed {down(before)}",
            highlight=False,
        )
    raise typer.Exit(Exit.CERTIFIED)


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("rescore", epilog=EXIT_STATUS)(rescore_file)
