"""Whatever ends a write in the middle, the directory holds the old model, the new one, or none."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from importing.import_errors import ImportRefused
from importing.model_folder_writing import PREFIX, install, other_file_name, remove
from registry import Registry
from tests.support.places import ROOT

OLD, NEW = b"\x08\x08:\x02old", b"\x08\x08:\x02new"
"""What the registry takes for beginnings of ONNX files."""
WRITES = (
    "open",
    "os.mkdir",
    "os.rename",
    "os.chmod",
    "os.remove",
    "os.rmdir",
    "tempfile.mkdtemp",
    "tempfile.mkstemp",
)
ENDED = """
import os, sys
from pathlib import Path
from importing.model_folder_writing import install
folder, file, manifest, number, replacing = sys.argv[1:]

def write(models, left):
    def count(event, arguments):
        nonlocal left
        if event in {events} and arguments and models in str(arguments[0]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), int(number))

    sys.addaudithook(count)
    install(Path(models), "net", file, {data!r}, manifest, replacing=replacing == "yes")

for change in range(1, 60):
    pid = os.fork()
    if pid == 0:
        try:
            write(os.path.join(folder, str(change)), change)
        except BaseException:
            os._exit(1)
        os._exit(0)
    print(change, flush=True)
    if os.waitpid(pid, 0)[1] == 0:
        break
"""


def manifest(file: str, data: bytes) -> str:
    return (
        f'name = "net"\nruntime = "onnx"\nfile = "{file}"\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        'labels = ["no", "yes"]\n[input]\nkind = "tensor"\nshape = [2]\nlow = 0.0\nhigh = 1.0\n'
    )


def write(models: Path, data: bytes, *, replacing: bool = False) -> None:
    file = other_file_name(models, "net", "model.onnx", hashlib.sha256(data).hexdigest())
    install(models, "net", file, data, manifest(file, data), replacing=replacing)


def ended(folder: Path, number: signal.Signals, *, replacing: bool) -> list[Path]:
    """Write the new model until it is done, each time with a signal before a later change.

    Return the directories of models that were written to.
    """
    for change in range(1, 60):
        models = folder / str(change)
        models.mkdir()
        if replacing:
            write(models, OLD)
    file = other_file_name(models, "net", "model.onnx", hashlib.sha256(NEW).hexdigest())
    arguments = [str(folder), file, manifest(file, NEW), str(int(number)), "yes" if replacing else "no"]
    command = [sys.executable, "-c", ENDED.format(events=WRITES, data=NEW), *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [folder / change for change in done.stdout.split()]


def content(models: Path) -> bytes | None:
    """Return the weights that the registry gives; None without a model."""
    registry = Registry(models)
    assert registry.problems() == {}
    if registry.names() == ():
        return None
    return registry.get("net").weights.read_bytes()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("replacing", [False, True])
def test_ended_at_any_step(tmp_path: Path, number: signal.Signals, replacing: bool) -> None:
    before = OLD if replacing else None
    written = ended(tmp_path, number, replacing=replacing)
    held = [content(models) for models in written]
    assert held[-1] == NEW
    assert 5 < len(held) < 59
    assert set(held) == ({NEW} if number is signal.SIGINT else {before, NEW})
    if number is signal.SIGINT:
        assert not list(tmp_path.rglob(f"{PREFIX}*"))


def test_what_a_killed_import_left_is_swept_by_the_next(tmp_path: Path) -> None:
    written = ended(tmp_path, signal.SIGKILL, replacing=False)
    models = next(models for models in written if list(models.glob(f"{PREFIX}*/model.onnx")))
    write(models, OLD)
    assert [entry.name for entry in models.iterdir()] == ["net"]


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    assert (tmp_path / "net").stat().st_mode & 0o777 == 0o755
    assert all(file.stat().st_mode & 0o777 == 0o644 for file in (tmp_path / "net").iterdir())


def test_a_name_that_is_taken_asks_for_replacing(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    with pytest.raises(ImportRefused, match="--replace replaces it"):
        write(tmp_path, NEW)
    assert content(tmp_path) == OLD


def test_replacing_leaves_what_is_not_the_models(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    (tmp_path / "net" / "photo.png").write_bytes(b"mine")
    write(tmp_path, NEW, replacing=True)
    assert content(tmp_path) == NEW
    names = {file.name for file in (tmp_path / "net").iterdir()}
    assert names == {"model.toml", "photo.png", f"model-{hashlib.sha256(NEW).hexdigest()[:12]}.onnx"}


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"there is no directory .*absent: make it"):
        write(tmp_path / "absent", OLD)


def test_a_removed_model_is_gone(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    remove(tmp_path, "net")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["net", "..", ".", "a/b", ".hidden", ""])
def test_only_models_are_removed(tmp_path: Path, name: str) -> None:
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(ImportRefused, match="there is no model"):
        remove(tmp_path, name)
    assert (tmp_path / ".hidden").is_dir()
    assert (tmp_path / "a" / "b").is_dir()
