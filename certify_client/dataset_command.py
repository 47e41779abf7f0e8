"""The command ``certify dataset``: certify a test set, and write a table of radii."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from certify_client import run_display
from certify_client.api import CertificationClient
from certify_client.bounded_files import UnusableFile, read_file
from certify_client.datasets.label_files import read_labels
from certify_client.datasets.opening import open_dataset
from certify_client.datasets.rows_of_data import DataRow, Dataset
from certify_client.exit_faults import EXIT_STATUS, Exit, faults_end_the_command, tell
from certify_client.interrupts import Interrupted, Interrupts
from certify_client.lazy_help import NamesCertifiers
from certify_client.options import AsJson, KeyFile, Proxy, Url, connection, number
from certify_client.records import Run
from certify_client.result_tables import Result
from certify_client.run_feeding import Feeder
from certify_client.run_of_table import AskedRun, run_of_table
from certify_client.run_reports import Reports, asked_reports
from certify_client.table_writing import tables_of, write_tables

Tables = Mapping[str, Sequence[Result]]
"""Certifier -> lines of its table; '' is the run's own certifier."""
Radii = Annotated[list[float] | None, typer.Option("--radius", help="Radius of interest; may be repeated.")]


def certify_dataset(
    path: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="Folder, archive (zip, tar), .npz with x and y, Parquet."),
    ],
    *,
    model: Annotated[str, typer.Option(help="Base classifier; see 'certify models'.")],
    certifier: Annotated[str | None, typer.Option(help="Kind of certificate.")] = None,
    sigma: Annotated[float | None, number("Noise; default: what the model was trained with.")] = None,
    n: Annotated[int | None, typer.Option(help="Evaluations of the classifier for each row.")] = None,
    n0: Annotated[int | None, typer.Option(help="Evaluations that select the class.")] = None,
    eta: Annotated[float | None, number("Probability that one certificate may be wrong.")] = None,
    bounds: Annotated[str | None, typer.Option(help="tight or paper.")] = None,
    decision: Annotated[str | None, typer.Option(help="majority or multiclass.")] = None,
    noise: Annotated[str | None, typer.Option(help="gaussian or discrete.")] = None,
    decide_at: Annotated[
        float | None, number("Only decide whether this radius is certified: many times fewer samples.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the run; default: drawn at random.")] = None,
    labels: Annotated[Path | None, typer.Option(help="Table with the columns file and label.")] = None,
    every: Annotated[int, typer.Option(min=1, help="Take each such row, counted from the first.")] = 1,
    most: Annotated[int | None, typer.Option("--max", min=1, help="Most rows.")] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(help="A certifier that shares the samples; its table gets its name. May be repeated."),
    ] = None,
    radius: Radii = None,
    run_id: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="Feed this run, which another client began.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Table to write, as the field's scripts read it.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Table to compare with, row by row.")] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="SVG", help="Picture to write: certified accuracy, beside that of --compare."),
    ] = None,
    url: Url = None,
    key_file: KeyFile = None,
    proxy: Proxy = None,
    as_json: AsJson = False,
) -> None:
    """Certify every row of a test set, and tell how many are certified at which radius.

    Ctrl-C leaves the run as it is; the same command goes on with it if --out was given.
    """
    shared = _shared(certifier, also or [], out)
    asked = _asked(model, certifier, sigma, n, n0, eta, bounds, decision, noise, decide_at, seed)
    radii = sorted({*(radius or []), *([] if decide_at is None else [decide_at])})
    with faults_end_the_command(), open_dataset(path) as found, connection(url, key_file, proxy) as client:
        reports = asked_reports(compare, plot)
        data = found if labels is None else found.labelled(read_labels(read_file(labels), str(labels)))
        rows = _chosen(data, path, every, most)
        run_id = run_of_table(client, AskedRun(path, asked, radii, len(rows), out, run_id))
        run, tables = _certify(client, run_id, rows, out, shared, reports.wanted)
        _show(run, as_json)
        _report(reports, tables, f"{run.name}: {model}, certified accuracy", as_json)
    raise typer.Exit(Exit.CERTIFIED)


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("dataset", cls=NamesCertifiers, epilog=EXIT_STATUS)(certify_dataset)


def _asked(
    model: str,
    certifier: str | None,
    sigma: float | None,
    n: int | None,
    n0: int | None,
    eta: float | None,
    bounds: str | None,
    decision: str | None,
    noise: str | None,
    decide_at: float | None,
    seed: int | None,
) -> dict[str, Any]:
    """Return the fields of the run that were given."""
    given = {
        "model": model,
        "certifier": certifier,
        "sigma": sigma,
        "n": n,
        "n0": n0,
        "eta": eta,
        "bounds": bounds,
        "decision": decision,
        "noise": noise,
        "stop": None if decide_at is None else {"radius": decide_at, "give_up": True},
        "seed": seed,
    }
    return {name: value for name, value in given.items() if value is not None}


def _chosen(data: Dataset, path: Path, every: int, most: int | None) -> list[DataRow]:
    """Return the rows to certify, and say how many there are. Raises UnusableFile if there is none."""
    rows = list(data.chosen(every, most))
    if not rows:
        raise UnusableFile(f"{path} has no row left after --every and --max")
    tell(f"{path}: {data.about}" + (f"; {len(rows):,} of them" if len(rows) < len(data.rows) else ""))
    return rows


def _shared(certifier: str | None, also: list[str], out: Path | None) -> list[str]:
    """Return the certifiers that share the samples. Raises typer.BadParameter if one cannot."""
    if also:
        from certificates import CERTIFIERS  # noqa: PLC0415 - loads SciPy
        from certify_client.shared_samples import shares_samples  # noqa: PLC0415 - as above

        if out is None:
            raise typer.BadParameter("--also needs --out, beside which its table is written")
        if certifier is None:
            raise typer.BadParameter("--also needs --certifier, whose samples it shares")
        for name in also:
            if not {name, certifier} <= set(CERTIFIERS.names()) or not shares_samples(name, certifier):
                raise typer.BadParameter(f"--also {name}: its counts are not part of those of {certifier}")
    return also


def _certify(
    client: CertificationClient,
    run_id: str,
    rows: list[DataRow],
    out: Path | None,
    also: list[str],
    reported: bool,
) -> tuple[Run, Tables]:
    """Feed the rows, wait for the last one, and write the tables, also after an interruption.

    Returns the run with its tables; there are none unless ``out`` is given or they are ``reported``.
    """
    tables: Tables = {}
    with Interrupts() as interrupts, run_display.live(Console(stderr=True), len(rows)) as report:
        interrupts.release()
        feeder = Feeder(client.runs, run_id, report)
        read = partial(tables_of, client.runs, run_id, rows, feeder.failed, also)
        try:
            feeder.feed(rows)
            run = feeder.wait()
            tables = feeder.patiently(read) if out is not None or reported else {}
        except Interrupted:
            again = "the same command goes on with it" if out is not None else "DELETE /v1/runs/ID cancels it"
            tell(f"run {run_id} goes on without this command; {again}")
            raise
        finally:
            if out is not None:
                tables = tables or read()
                write_tables(tables, out)
                for name in also:
                    tell(run_display.beside(name, tables[""], tables[name]))
            for index, why in sorted(feeder.failed.items()):
                tell(f"row {index} was not certified: {why}")
    return run, tables


def _report(reports: Reports, tables: Tables, title: str, as_json: bool) -> None:
    """Show the comparison and write the picture that were asked for. ``--json`` has stdout for itself."""
    if reports.wanted:
        own = tables[""]
        if (comparison := reports.comparison(own)) is not None:
            Console(stderr=as_json).print(comparison)
        reports.draw(title, own)


def _show(run: Run, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(run.document, indent=2) + "\n")
    else:
        Console().print(run_display.summary(run))
