"""Folders and tables of pictures are read with the class of each; what cannot be understood is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from importing import ImportRefused
from importing.checking.labelled_pictures import labelled_pictures

NAMES = ("tabby cat", "dog", "10")


def _write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 2)).save(path)


def _found(folder: Path, labels: tuple[str, ...] = NAMES) -> dict[str, int]:
    entries = labelled_pictures(folder, labels, 100).entries
    return {str(entry.path.relative_to(folder)): entry.target for entry in entries}


def test_folders_with_the_names_of_classes(tmp_path: Path) -> None:
    _write(tmp_path, "Tabby_cat/a.png", "Tabby_cat/deeper/b.jpg", "10/c.webp", ".hidden/d.png")
    (tmp_path / "10" / "notes.txt").write_text("no picture")
    found = _found(tmp_path)
    assert found == {"Tabby_cat/a.png": 0, "Tabby_cat/deeper/b.jpg": 0, "10/c.webp": 2}
    assert labelled_pictures(tmp_path, NAMES, 100).understood == "classes by the model's names"


def test_folders_with_numbers(tmp_path: Path) -> None:
    _write(tmp_path, "0/a.png", "2/b.png")
    assert _found(tmp_path) == {"0/a.png": 0, "2/b.png": 2}
    assert labelled_pictures(tmp_path, NAMES, 100).understood == "classes by their numbers"


def test_as_many_folders_as_classes_are_taken_in_their_order(tmp_path: Path) -> None:
    _write(tmp_path, "n3/c.png", "n1/a.png", "n2/b.png")
    assert _found(tmp_path) == {"n1/a.png": 0, "n2/b.png": 1, "n3/c.png": 2}
    said = labelled_pictures(tmp_path, NAMES, 100).understood
    assert said == "classes in the order of their sorted names"


@pytest.mark.parametrize("header", ["file_name,label", "label,Filename", "class,image"])
@pytest.mark.parametrize("table", ["metadata.csv", "labels.csv"])
def test_tables(tmp_path: Path, header: str, table: str) -> None:
    _write(tmp_path, "a.png", "deeper/b.png")
    rows = [("a.png", "dog"), ("deeper/b.png", "10")]
    first = header.lower().startswith("file")
    lines = [",".join(row if first else row[::-1]) for row in rows]
    (tmp_path / table).write_text("\n".join([header, *lines]) + "\n")
    assert _found(tmp_path) == {"a.png": 1, "deeper/b.png": 2}


@pytest.mark.parametrize(
    ("files", "table", "said"),
    [
        ((), None, "holds no PNG, JPEG or WebP pictures"),
        (("a.png",), None, "holds no PNG, JPEG or WebP pictures"),
        (("bird/a.png",), None, "'bird': not the name or number .* such as 'tabby cat'; rename"),
        (("3/a.png",), None, "'3': not the name or number"),
        (("a.png",), "file_name,colour\na.png,red\n", "needs a column label or class"),
        (("a.png",), "", "it has none"),
        (("a.png",), "file_name,label\nb.png,dog\n", "names 'b.png', which is no file"),
        (("a.png",), "file_name,label\na.png\n", "''"),
    ],
)
def test_what_is_not_understood_is_named(
    tmp_path: Path, files: tuple[str, ...], table: str | None, said: str
) -> None:
    _write(tmp_path, *files)
    if table is not None:
        (tmp_path / "labels.csv").write_text(table)
    with pytest.raises(ImportRefused, match=said):
        labelled_pictures(tmp_path, NAMES, 100)


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="is not a folder"):
        labelled_pictures(tmp_path / "absent", NAMES, 100)
