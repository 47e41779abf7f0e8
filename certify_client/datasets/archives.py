"""Test sets that are zip or tar archives, also in WebDataset's form. Nothing is unpacked to disk."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Final

from certify_client.bounded_files import MOST_BYTES, UnusableFile
from certify_client.datasets.bounded_tars import TAR_FAULTS, opened_tar
from certify_client.datasets.label_files import NAMES, read_labels
from certify_client.datasets.rows_of_data import MOST_ENTRIES, DataRow, Dataset, is_row
from certify_client.datasets.zip_directories import check_zip_directory
from certify_client.input_files import ImageFile, TensorFile, input_of

CLASS_ENDING: Final = ".cls"
"""WebDataset's file with the index of the class of the row of the same name."""
_FAULTS: Final = (zipfile.BadZipFile, RuntimeError, NotImplementedError, *TAR_FAULTS)

Read = Callable[[], bytes]


@contextmanager
def read_zip(path: Path) -> Iterator[Dataset]:
    """Yield the rows of a zip archive. Raises UnusableFile if it is damaged, hostile or holds no row."""
    with ExitStack() as stack:
        with _readable(path, "zip"):
            check_zip_directory(path)
            archive = stack.enter_context(zipfile.ZipFile(path))
            names = _checked(
                path, ((each.filename, each.is_dir(), _special(each)) for each in archive.infolist())
            )
            data = _dataset(path, {name: partial(_read_zipped, path, archive, name) for name in names})
        yield data


@contextmanager
def read_tar(path: Path) -> Iterator[Dataset]:
    """Yield the rows of a tar archive, compressed or not. Raises UnusableFile as ``read_zip`` does."""
    with ExitStack() as stack:
        with _readable(path, "tar"):
            archive, entries = stack.enter_context(opened_tar(path, MOST_ENTRIES))
            found = {each.name: each for each in entries}
            names = _checked(path, ((each.name, each.isdir(), not each.isfile()) for each in found.values()))
            data = _dataset(path, {name: partial(_read_tarred, path, archive, found[name]) for name in names})
        yield data


@contextmanager
def _readable(path: Path, kind: str) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise UnusableFile(f"{path} is no readable {kind} archive: {error}") from error


def _checked(path: Path, entries: Iterator[tuple[str, bool, bool]]) -> list[str]:
    """Return the names of the files. Raises UnusableFile for links, and for names that lead out."""
    names = []
    for name, is_folder, is_special in entries:
        if is_folder:
            continue
        parts = PurePosixPath(name.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise UnusableFile(f"{path} holds {name!r}, a name that leads out of the archive")
        if is_special:
            raise UnusableFile(f"{path} holds {name!r}, which is a link or a device and no file")
        names.append(name)
        if len(names) > MOST_ENTRIES:
            raise UnusableFile(f"{path} holds more than {MOST_ENTRIES:,} entries")
    return names


def _special(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a link or a device: Unix programs write the kind of file into the upper half."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return kind not in (0, stat.S_IFREG)


def _dataset(path: Path, members: Mapping[str, Read]) -> Dataset:
    keys = sorted(name for name in members if is_row(name))
    if not keys:
        raise UnusableFile(f"{path} holds no image and no .npy file")
    classes = {
        name.removesuffix(CLASS_ENDING): read for name, read in members.items() if name.endswith(CLASS_ENDING)
    }
    table = next((name for name in members if name.rpartition("/")[2] in NAMES), None)
    labels = {} if table is None else read_labels(members[table](), f"{path}: {table}")
    top = {key.partition("/")[0] for key in keys} if all("/" in key for key in keys) else set()
    shared = f"{top.pop()}/" if len(top) == 1 else ""  # archives often hold one folder with all the rest
    inner = [key.removeprefix(shared) for key in keys]
    by_folder = not classes and table is None and all("/" in key for key in inner)

    def label(key: str, within: str) -> int | str | None:
        if classes:
            return _class(path, classes, key)
        if by_folder:
            return within.partition("/")[0]
        return labels.get(within, labels.get(key, labels.get(key.rpartition("/")[2])))

    rows = [
        DataRow(index, within, label(key, within), partial(_input, f"{path}: {key}", members[key]))
        for index, (key, within) in enumerate(zip(keys, inner, strict=True))
    ]
    how = (
        "labels from .cls"
        if classes
        else "labels by folder"
        if by_folder
        else f"labels from {table}"
        if table
        else "no labels"
    )
    return Dataset(f"{len(rows):,} files, {how}", rows)


def _class(path: Path, classes: Mapping[str, Read], key: str) -> int | None:
    read = classes.get(key.rpartition(".")[0])
    if read is None:
        return None
    text = read().strip()
    if not text.isdigit():
        raise UnusableFile(f"{path}: the .cls file of {key} holds no index of a class")
    return int(text)


def _input(called: str, read: Read) -> ImageFile | TensorFile:
    return input_of(called, read())


def _read_zipped(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as file:
            return _bounded(file, f"{path}: {name}")
    except _FAULTS as error:
        raise UnusableFile(f"{path}: {name} cannot be read: {error}") from error


def _read_tarred(path: Path, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    try:
        file = archive.extractfile(entry)
        return _bounded(file or io.BytesIO(), f"{path}: {entry.name}")
    except _FAULTS as error:
        raise UnusableFile(f"{path}: {entry.name} cannot be read: {error}") from error


def _bounded(file: IO[bytes], called: str) -> bytes:
    """Read at most ``MOST_BYTES``, whatever the archive says. Raises UnusableFile if there is more."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnusableFile(f"{called} holds more than {MOST_BYTES:,} bytes, which is too much")
    return content
