"""Whatever lies in the models directory, a scan ends, says what is broken, and keeps the good models."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import ModelBroken
from registry.model_folders import Registry
from tests.support.model_folders import write_folder

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["../../etc/passwd", "/etc/passwd", "\0", "onnx", "image", "4 4"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def assert_scanned(spoil: str | bytes) -> None:
    """Put a manifest beside a good model and scan."""
    with TemporaryDirectory() as name:
        root = Path(name)
        write_folder(root, "good")
        manifest = write_folder(root, "spoiled") / "model.toml"
        manifest.write_bytes(spoil if isinstance(spoil, bytes) else spoil.encode("utf-8", "surrogatepass"))
        registry = Registry(root)
        usable, broken = registry.names(), registry.problems()
        assert "good" in usable
        assert sorted([*usable, *broken]) == ["good", "spoiled"]
        if "spoiled" in broken:
            assert broken["spoiled"]
            with pytest.raises(ModelBroken):
                registry.get("spoiled")
        else:
            assert registry.get("spoiled").weights.parent == root / "spoiled"


def good_manifest() -> str:
    with TemporaryDirectory() as name:
        return (write_folder(Path(name), "spoiled") / "model.toml").read_text()


GOOD = good_manifest()
LINES = GOOD.splitlines()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    assert_scanned(content)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.characters(codec=None)), min_size=1, max_size=4))
def test_characters_changed(changes: list[tuple[int, str]]) -> None:
    spoiled = list(GOOD)
    for place, character in changes:
        spoiled[place] = character
    assert_scanned("".join(spoiled))


def as_toml(value: object) -> str:
    """Write a value as TOML; what TOML has no word for comes out as a syntax error, which is a case too."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(as_toml(entry) for entry in value)}]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(character):08x}" for character in value) + '"'
    return repr(value)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([line.split(" = ")[0] for line in LINES if " = " in line]), VALUES)
def test_any_value_in_any_field(field: str, value: object) -> None:
    changed = [f"{field} = {as_toml(value)}" if line.startswith(f"{field} = ") else line for line in LINES]
    assert_scanned("\n".join(changed))


def test_the_manifest_that_is_spoiled_is_good() -> None:
    with TemporaryDirectory() as name:
        write_folder(Path(name), "spoiled")
        assert Registry(Path(name)).names() == ("spoiled",)
