"""Open a test set, whatever it is."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from certify_client.bounded_files import UnusableFile
from certify_client.datasets.archives import read_tar, read_zip
from certify_client.datasets.array_files import read_npz, read_parquet
from certify_client.datasets.bounded_tars import is_tar
from certify_client.datasets.folders import read_folder
from certify_client.datasets.rows_of_data import Dataset
from certify_client.datasets.zip_directories import check_zip_directory

_PARQUET = b"PAR1"


@contextmanager
def open_dataset(path: Path) -> Iterator[Dataset]:
    """Yield the rows of a folder, a zip or tar archive, an ``.npz`` or a Parquet file, open meanwhile.

    What is in a file decides how it is read, not its name; ``.npz`` files are zip archives of arrays. Raises
    UnusableFile.
    """
    with ExitStack() as stack:
        if path.is_dir():
            yield read_folder(path)
        elif (kind := _kind(path)) in _ARCHIVES:
            yield stack.enter_context(_ARCHIVES[kind](path))
        else:
            yield _ARRAYS[kind](path)


_ARCHIVES = {"zip": read_zip, "tar": read_tar}
_ARRAYS = {"npz": read_npz, "parquet": read_parquet}


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(len(_PARQUET))
        if zipfile.is_zipfile(path):
            return "npz" if _holds_arrays(path) else "zip"
        if head == _PARQUET:
            return "parquet"
        if is_tar(path):
            return "tar"
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror or error}") from error
    raise UnusableFile(
        f"{path} is no test set: give a folder, a zip or tar archive, an .npz file with x and y, "
        "or a Parquet file"
    )


def _holds_arrays(path: Path) -> bool:
    check_zip_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return "x.npy" in archive.namelist()
    except zipfile.BadZipFile:
        return False
