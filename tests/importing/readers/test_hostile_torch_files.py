"""Whatever a file of PyTorch holds, nothing in it runs without --trust; refusals write nothing."""

from __future__ import annotations

import io
import pickle
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch
from typer.testing import CliRunner

from importing.certify_models_cli import app
from tests.support.torch_files import (
    SHAPE,
    batch,
    changed_member,
    hostile_pickle,
    hostile_torch_save,
    program,
    scripted,
    small_network,
)

FLAGS = ["--network", "tests.support.torch_files:small_network", "--shape", ",".join(map(str, SHAPE))]


def refused(file: Path, models: Path, flags: list[str] | None = None) -> str:
    """Return the sentence with which the command refuses a file, and check that it wrote nothing."""
    done = CliRunner().invoke(app, ["import", str(file), "--models", str(models), *(flags or [])])
    assert done.exit_code == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert list(models.iterdir()) == []
    assert "defect" not in done.stderr
    return done.stderr


def plain_pickle(made: Path) -> bytes:
    return hostile_pickle(made)


def newest_pickle(made: Path) -> bytes:
    return hostile_pickle(made, protocol=5)


def torch_save(made: Path) -> bytes:
    return hostile_torch_save(made)


def torch_save_of_old(made: Path) -> bytes:
    return hostile_torch_save(made, archive=False)


def second_pickle(made: Path) -> bytes:
    """A harmless pickle before the hostile one."""
    return pickle.dumps({}, protocol=2) + hostile_pickle(made)


def script_with_a_pickle(made: Path) -> bytes:
    return changed_member(scripted(small_network()), "/data.pkl", hostile_pickle(made))


def program_with_a_pickle(made: Path) -> bytes:
    return changed_member(
        program(small_network(), batch()), "sample_inputs/model.pt", hostile_torch_save(made)
    )


def folder_in_an_archive(made: Path) -> bytes:
    """A pickle of torch.save beside another in a second folder, which readers may take for the first."""
    out = io.BytesIO()
    torch.save(small_network().state_dict(), out)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("other/data.pkl", hostile_pickle(made))
    return out.getvalue()


CONTAINERS = [
    plain_pickle,
    newest_pickle,
    torch_save,
    torch_save_of_old,
    second_pickle,
    script_with_a_pickle,
    program_with_a_pickle,
    folder_in_an_archive,
]


@pytest.mark.parametrize("suffix", [".pt", ".onnx", ".pt2"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_hostile_pickle_is_never_opened(
    tmp_path: Path, models: Path, container: Callable[[Path], bytes], suffix: str
) -> None:
    made = tmp_path / "made"
    file = tmp_path / f"net{suffix}"
    file.write_bytes(container(made))
    for flags in ([], FLAGS):
        refused(file, models, flags)
    assert not made.exists()


def script() -> bytes:
    return scripted(small_network())


def a_program() -> bytes:
    return program(small_network(), batch())


def weights() -> bytes:
    out = io.BytesIO()
    torch.save(small_network().state_dict(), out)
    return out.getvalue()


def weights_of_old() -> bytes:
    out = io.BytesIO()
    torch.save(small_network().state_dict(), out, _use_new_zipfile_serialization=False)
    return out.getvalue()


def safe_weights() -> bytes:
    return safetensors.torch.save(small_network().state_dict())


WHOLE = [script, a_program, weights, weights_of_old, safe_weights]


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
@pytest.mark.parametrize("whole", WHOLE)
def test_a_cut_file_is_refused(tmp_path: Path, models: Path, whole: Callable[[], bytes], kept: float) -> None:
    data = whole()
    file = tmp_path / "net.pt"
    file.write_bytes(data[: int(kept * len(data))])
    said = refused(file, models, FLAGS)
    assert re.search(r"cut|damaged|empty|no whole|cannot be|no kind", said), said


@pytest.mark.parametrize("whole", WHOLE)
def test_bytes_that_are_not_there_any_more_are_missed(
    tmp_path: Path, models: Path, whole: Callable[[], bytes]
) -> None:
    """The middle third is all zeros, as on a disk that was full."""
    data = whole()
    third = len(data) // 3
    file = tmp_path / "net.pt"
    file.write_bytes(data[:third] + bytes(third) + data[2 * third :])
    done = CliRunner().invoke(app, ["import", str(file), "--models", str(models), *FLAGS])
    assert done.exit_code in {0, 2}, done.stderr  # zeros among weights are weights
    assert "defect" not in done.stderr


@pytest.mark.parametrize("suffix", [".onnx", ".pt", ".safetensors", ".keras", ".txt", ""])
@pytest.mark.parametrize("whole", [weights, safe_weights])
def test_a_renamed_file_is_known_by_its_content(
    tmp_path: Path, models: Path, whole: Callable[[], bytes], suffix: str
) -> None:
    file = tmp_path / f"net{suffix}"
    file.write_bytes(whole())
    assert "holds weights without the network" in refused(file, models)
