"""The manifest of a composed model names both files that it was made of, and what was done."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from importing import Scale
from importing.certify_models_cli import main
from registry import Registry
from registry.manifest import OriginFile
from tests.support.onnx_toys import classifier, denoiser


def run(arguments: list[str]) -> int:
    """Run ``certify-models`` and return its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(str(ended.value.code))


def test_the_command_writes_a_model_with_both_origins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clean.onnx").write_bytes(denoiser())
    (tmp_path / "net.onnx").write_bytes(classifier())
    models = tmp_path / "models"
    models.mkdir()
    files = [str(tmp_path / "clean.onnx"), str(tmp_path / "net.onnx")]
    flags = ["--name", "robust", "--models", str(models), "--denoiser-scale", Scale.SYMMETRIC.value]
    assert run(["compose", *files, *flags, "--sigma", "0.5", "--mean", "0.5", "--std", "0.5"]) == 0
    manifest = Registry(models).get("robust")
    origin = manifest.origin
    assert origin is not None
    assert (origin.file, origin.sha256) == ("net.onnx", hashlib.sha256(classifier()).hexdigest())
    hashed = hashlib.sha256(denoiser()).hexdigest()
    assert origin.also == (OriginFile(file="clean.onnx", sha256=hashed, kind="a denoiser in ONNX"),)
    assert [step.split()[0] for step in origin.steps] == ["the", "pixels", "the"]
    assert origin.compared_rows > 0
    assert manifest.trained_sigma == 0.5
    assert manifest.description == f"{files[1]} behind the denoiser clean.onnx."
    assert "  proved   equal to the original" in capsys.readouterr().out


def test_without_a_range_the_command_says_what_it_assumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clean.onnx").write_bytes(denoiser())
    (tmp_path / "net.onnx").write_bytes(classifier())
    files = [str(tmp_path / "clean.onnx"), str(tmp_path / "net.onnx")]
    assert run(["compose", *files, "--name", "robust", "--models", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "the denoiser takes and gives pixels in [0, 1]; settled by --denoiser-scale" in told
    assert Registry(tmp_path).get("robust").trained_sigma is None
