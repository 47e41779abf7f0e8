"""A file is written whole, whoever else writes it at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from certify_client.run_notes import write_whole


def test_several_writers_of_one_file(tmp_path: Path) -> None:
    path = tmp_path / "results.tsv"
    contents = [str(number) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(len(contents)) as pool:
        for _ in range(20):
            list(pool.map(lambda content: write_whole(path, content), contents))
            assert path.read_text() in contents
    assert list(tmp_path.iterdir()) == [path]
