"""The commands that say whether a model is set up right, as a person runs them."""

from __future__ import annotations

from pathlib import Path

from tests.importing.conftest import CertifyModels
from tests.support.digit_pictures import ROOT, digits_in_signed_pixels


def test_a_right_model_is_called_right(certify_models: CertifyModels, digits: Path) -> None:
    done = certify_models("check", "mnist", digits, "--sigmas", "0 0.25", "--most", "50")
    assert (done.returncode, done.stderr) == (0, "")
    assert "mnist on 50 pictures, classes by the model's names" in done.stdout
    assert "right at sigma 0.25" in done.stdout
    assert "RIGHT, as far as these pictures show" in done.stdout
    assert "fair coin would get as many with probability 0.01 / 9 at most" in done.stdout


def test_a_wrong_model_is_imported_again_with_the_flags_that_the_check_names(
    certify_models: CertifyModels, digits: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (tmp_path / "digits.onnx").write_bytes(digits_in_signed_pixels())
    assert certify_models("import", tmp_path / "digits.onnx", "--models", models).returncode == 0
    wrong = certify_models("check", "digits", digits, "--models", models, "--sigmas", "0")
    assert wrong.returncode == 3
    (advice,) = [line for line in wrong.stdout.splitlines() if "certify-models import FILE" in line]
    flags = advice.partition("FILE ")[2].split()
    picture = ROOT / "examples" / "digit-7.png"
    again = certify_models("import", tmp_path / "digits.onnx", "--models", models, *flags, "--try", picture)
    assert again.returncode == 0, again.stderr
    assert "8 noisy copies" in again.stdout
    right = certify_models("check", "digits", digits, "--models", models, "--sigmas", "0")
    assert right.returncode == 0, right.stdout


def test_what_cannot_be_checked_is_refused_in_one_sentence(
    certify_models: CertifyModels, tmp_path: Path
) -> None:
    for arguments in (("check", "mnist", tmp_path / "absent"), ("check", "absent", tmp_path)):
        done = certify_models(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1


def test_a_picture_that_is_not_there_is_refused_before_anything_is_written(
    certify_models: CertifyModels, tmp_path: Path
) -> None:
    done = certify_models(
        "import", ROOT / "models/mnist/model.onnx", "--models", tmp_path, "--try", tmp_path / "a.png"
    )
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_cannot_be_read_is_told_after_the_model_is_written(
    certify_models: CertifyModels, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_text("no picture")
    models = tmp_path / "models"
    models.mkdir()
    file = ROOT / "models/mnist/model.onnx"
    done = certify_models("import", file, "--name", "m", "--models", models, "--try", tmp_path / "a.png")
    assert done.returncode == 2
    assert "the model is written, but it could not be tried" in done.stderr
    assert (models / "m" / "model.toml").is_file()
