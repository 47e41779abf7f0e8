"""The models directory: broken models are named and never stand in the way of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry import ModelBroken, ModelError, ModelNotFound, Registry
from tests.support.model_folders import replace, write_folder


def test_usable_and_broken_models_are_told_apart(tmp_path: Path) -> None:
    write_folder(tmp_path, "b")
    write_folder(tmp_path, "a")
    (write_folder(tmp_path, "wrong-hash") / "model.onnx").write_bytes(b"other")
    (write_folder(tmp_path, "no-file") / "model.onnx").unlink()
    replace(write_folder(tmp_path, "no-labels"), 'labels = ["no", "yes"]\n', "")
    (write_folder(tmp_path, "bad-toml") / "model.toml").write_text("[", encoding="utf-8")
    (tmp_path / "no-manifest").mkdir()
    registry = Registry(tmp_path)
    assert registry.names() == ("a", "b")
    problems = registry.problems()
    starts = {name: text.split(":")[0] for name, text in problems.items()}
    assert starts == {
        "wrong-hash": "sha256",
        "no-file": "file",
        "no-labels": "labels",
        "bad-toml": "model.toml",
        "no-manifest": "model.toml",
    }
    for name in problems:
        with pytest.raises(ModelBroken, match=f"model '{name}' cannot be used"):
            registry.get(name)
    assert registry.get("a").name == "a"


@pytest.mark.parametrize(
    "name", ["absent", "", ".", "..", "../a", "a/../a", "A", "a\0", "a" * 100, "_hidden"]
)
def test_an_unknown_name_is_not_found_whatever_it_looks_like(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, "a")
    with pytest.raises(ModelNotFound):
        Registry(tmp_path / "a").get(name)
    with pytest.raises(ModelNotFound):
        Registry(tmp_path).get(name)


def test_files_and_private_folders_are_not_models(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x", encoding="utf-8")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / ".cache").mkdir()
    registry = Registry(tmp_path)
    assert registry.names() == ()
    assert registry.problems() == {}


def test_a_change_is_seen_without_a_restart(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    assert registry.names() == ()
    folder = write_folder(tmp_path, "a")
    assert registry.names() == ("a",)
    (folder / "model.onnx").write_bytes(b"something else")
    assert registry.names() == ()
    assert "sha256" in registry.problems()["a"]
    write_folder(tmp_path, "a", b"something else")
    assert registry.get("a").description == "A toy"


def test_a_change_of_the_label_list_is_seen(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "a")
    (folder / "labels.txt").write_text("x\ny\n", encoding="utf-8")
    replace(folder, 'labels = ["no", "yes"]', 'labels_file = "labels.txt"')
    registry = Registry(tmp_path)
    assert registry.get("a").labels == ("x", "y")
    (folder / "labels.txt").write_text("x\ny\nz\n", encoding="utf-8")
    assert registry.get("a").labels == ("x", "y", "z")


def test_an_unchanged_model_is_read_once(tmp_path: Path) -> None:
    write_folder(tmp_path, "a")
    registry = Registry(tmp_path)
    assert registry.get("a") is registry.get("a")


def test_a_missing_directory_is_an_error_that_names_it(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="nowhere cannot be read"):
        registry.names()
    with pytest.raises(ModelError, match="nowhere cannot be read"):
        registry.get("a")
