"""Find the run that a table is of: the one that its note names, another client's, or a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certify_client.api import CertificationClient
from certify_client.bounded_files import UnusableFile
from certify_client.exit_faults import tell
from certify_client.records import Run
from certify_client.run_notes import RunNote, data_mark, note_path, read_note, write_note


@dataclass(frozen=True, slots=True)
class AskedRun:
    """What a command asks of a run over the test set at ``data``.

    ``fields`` are those of a certification that were given; ``radii``: radii of interest; ``rows``: how many
    there will be; ``out``: path of the table, if one is written; ``joined``: id of another client's run.
    """

    data: Path
    fields: Mapping[str, Any]
    radii: Sequence[float]
    rows: int
    out: Path | None
    joined: str | None = None


def run_of_table(client: CertificationClient, asked: AskedRun) -> str:
    """Return the id of the run to feed, and note it beside the table.

    Raises UnusableFile if the table is of another run, or the run to join has other parameters.
    """
    mark = data_mark(asked.data)
    fields = dict(asked.fields)
    if asked.out is not None and (known := read_note(asked.out, client.url, fields, mark)) is not None:
        if asked.joined not in (None, known):
            raise UnusableFile(
                f"{asked.out} belongs to run {known}: give another --out, or remove {note_path(asked.out)}"
            )
        tell(f"run {known} goes on")
        return known
    if asked.joined is not None:
        run = client.runs.get(asked.joined)
        _check_same(run, asked)
        tell(f"run {run.id} of {run.name}")
    else:
        name = asked.data.resolve().name
        run = client.runs.begin(name, fields, radii=asked.radii, expected_rows=asked.rows)
        tell(f"run {run.id}")
    if asked.out is not None:
        write_note(asked.out, RunNote(client.url, run.id, fields, mark))
    return run.id


def _check_same(run: Run, asked: AskedRun) -> None:
    for name, value in asked.fields.items():
        told = run.request.get(name)
        if told != (str(value) if name == "seed" else value):
            raise UnusableFile(
                f"run {run.id} has {name} {told}, not {value}: give what the run has, or leave the option out"
            )
    if not set(asked.radii) <= set(run.request["radii"]):
        raise UnusableFile(f"run {run.id} has the radii {run.request['radii']}: its first command fixed them")
