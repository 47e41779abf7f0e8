"""What a model may be called: its folder's name, letter by letter; another name is refused with the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry import ModelBroken, ModelNotFound, Registry
from tests.support.model_folders import write_folder

GOOD = ["resnet_18", "ResNet-18", "v1.2", "a..b", "x.", "0", "A" * 63]
BROKEN = ["my model", "modèle", "-first", "A" * 64, "a+b", "a\nb", "a\x1b[31mb"]
SKIPPED = ["_draft", ".hidden"]


@pytest.mark.parametrize("name", GOOD)
def test_capitals_dots_and_underscores_are_allowed(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, name)
    registry = Registry(tmp_path)
    assert registry.names() == (name,)
    assert registry.get(name).name == name


@pytest.mark.parametrize("name", BROKEN)
def test_a_folder_whose_name_breaks_the_rule_is_broken_with_the_rule(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, name)
    registry = Registry(tmp_path)
    assert registry.names() == ()
    with pytest.raises(ModelBroken, match=r"cannot be used: name: must be .* rename the folder"):
        registry.get(name)
    ((shown, reason),) = registry.problems().items()
    assert "rename the folder" in reason
    assert shown.isprintable()


@pytest.mark.parametrize("name", SKIPPED)
def test_folders_that_begin_with_a_dot_or_an_underscore_are_skipped(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, name)
    registry = Registry(tmp_path)
    assert registry.names() == ()
    assert registry.problems() == {}
    with pytest.raises(ModelNotFound):
        registry.get(name)


def test_a_name_differs_from_one_in_other_capitals(tmp_path: Path) -> None:
    write_folder(tmp_path, "mine")
    with pytest.raises(ModelNotFound):
        Registry(tmp_path).get("Mine")


def test_a_name_that_is_no_text_is_listed_as_text(tmp_path: Path) -> None:
    (tmp_path / "\udcff").mkdir()
    ((shown, _reason),) = Registry(tmp_path).problems().items()
    assert shown == "\\udcff"
