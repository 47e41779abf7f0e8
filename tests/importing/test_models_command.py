"""The command ``certify-models``: what it prints, and its exit status."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from tests.importing.conftest import CertifyModels, Ended
from tests.support.onnx_styles import net
from tests.support.places import ROOT


@pytest.fixture
def models(tmp_path: Path) -> Path:
    directory = tmp_path / "models"
    directory.mkdir()
    onnx.save_model(net(1), tmp_path / "small.onnx")
    return directory


Run = Callable[..., Ended]


@pytest.fixture
def run(certify_models: CertifyModels) -> Run:
    """Run the command on a directory of models."""
    return lambda models, *arguments: certify_models(*arguments, "--models", models)


def test_a_models_life(run: Run, models: Path) -> None:
    file = models.parent / "small.onnx"
    assert (
        run(models, "list").stdout
        == f"there are no models in {models}: certify-models import FILE brings one\n"
    )
    done = run(models, "import", file, "--mean", "0.5", "--std", "0.25,0.25,0.25", "--sigma", "0.25")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"wrote {models / 'small'}" in done.stdout
    assert "changed  the batch, which was fixed at 1, was freed" in done.stdout
    assert "proved   equal to the original on 32 random inputs" in done.stdout
    assert "guessed  the 5 classes are called by their numbers; settled by --labels" in done.stdout

    again = run(models, "import", file)
    assert again.returncode == 2
    assert "--replace replaces it" in again.stderr
    assert run(models, "import", file, "--replace", "--description", "Small.").returncode == 0

    assert run(models, "list").stdout == "small  image 3x8x8, 5 classes, onnx. Small.\n"
    shown = run(models, "show", "small").stdout
    assert "small: Small." in shown
    assert "file small.onnx" in shown
    assert "[]" not in shown  # nothing is told of what a manifest leaves empty
    assert run(models, "remove", "small").returncode == 0
    assert list(models.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "absent.onnx"], "there is no file absent.onnx: check the path"),
        (["show", "absent"], "there is no model 'absent'"),
        (["remove", "absent"], "there is no model 'absent'"),
        (["import", "small.onnx", "--name", "-x"], "cannot be the name of a model"),
        (["import", "small.onnx", "--mean", "0.5,0.5", "--std", "1,1,1"], "--mean has 2 numbers and --std 3"),
        (["import", "small.onnx", "--std", "0"], "--std: every number must be above 0"),
        (["import", "small.onnx", "--labels", "absent.txt"], "--labels: .*absent.txt cannot be read"),
    ],
)
def test_faults_are_one_line_and_status_2(run: Run, models: Path, arguments: list[str], said: str) -> None:
    placed = [
        str(models.parent / word) if word.endswith(".onnx") and word != "absent.onnx" else word
        for word in arguments
    ]
    done = run(models, *placed)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert said.partition(".*")[2] or said in done.stderr
    assert said.partition(".*")[0] in done.stderr
    assert list(models.iterdir()) == []


def test_a_directory_that_is_not_there(models: Path) -> None:
    """Asked of the command in a process of its own, as a person runs it."""
    command = [sys.executable, "-m", "importing", "list", "--models", str(models / "absent")]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "name another directory with --models" in done.stderr


def test_what_a_file_says_does_not_reach_the_terminal_as_it_is(run: Run, models: Path) -> None:
    model = net(outputs=[("y", ["N", 5]), ("\x1b[31m\nname = 'x'", ["N", 5])])
    model.graph.node.add(op_type="Identity", input=["y"], output=["\x1b[31m\nname = 'x'"])
    onnx.save_model(model, models.parent / "red.onnx")
    done = run(models, "import", models.parent / "red.onnx", "--description", "\x1b[32mgreen")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + run(models, "list").stdout + run(models, "show", "red").stdout
    assert "\x1b" not in (models / "red" / "model.toml").read_text()
