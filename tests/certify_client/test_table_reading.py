"""Tables of radii that cannot be compared row by row are refused, with the line or the name at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from certify_client.bounded_files import UnusableFile
from certify_client.table_reading import read_table

HEAD = "idx\tlabel\tpredict\tradius\tcorrect\ttime"


def table(path: Path, *rows: str, head: str = HEAD) -> Path:
    written = path / "table.tsv"
    written.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return written


def test_rows_are_found_by_their_index(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "0\t4\t4\t0.5\t1\t0", "20\t7\t-1\t0.0\t0\t0"))
    assert read.by_index == {"0": 0.5, "20": 0.0}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["0\t4\t4\t0.5\t1\t0", "0\t4\t4\t0.7\t1\t0"], "several lines with idx 0"),
        (["a\t4\t4\t0.5\t1\t0"], "line 2: invalid literal"),
        (["\u00b2\t4\t4\t0.5\t1\t0"], "line 2: invalid literal"),
        (["\t4\t4\t0.5\t1\t0"], "line 2: invalid literal"),
        ([f"0\t4\t4\t0.5\t1\t{'x' * 200_000}"], "cannot be read as a table"),
    ],
    ids=["repeated", "a word", "a raised digit", "nothing", "a huge field"],
)
def test_what_names_no_single_row_is_refused(tmp_path: Path, rows: list[str], said: str) -> None:
    with pytest.raises(UnusableFile, match=said):
        read_table(table(tmp_path, *rows))


def test_keys_that_repeat_are_refused(tmp_path: Path) -> None:
    rows = (f"{k}\t4\t4\t0.5\t1\t0\tsame" for k in range(2))
    with pytest.raises(UnusableFile, match="several lines with key same"):
        read_table(table(tmp_path, *rows, head=f"{HEAD}\tkey"))
