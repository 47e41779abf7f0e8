"""The version is that of ``pyproject.toml`` in a checkout, whatever was installed before."""

from __future__ import annotations

from importlib import metadata

import pytest

from certificates.version import version


def test_a_checkout_tells_what_its_project_file_says(
    monkeypatch: pytest.MonkeyPatch, project_version: str
) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: "9.9.9, of an installation that is older")
    assert version() == project_version


@pytest.mark.parametrize("content", [None, "[tool]\n", '[project]\nname = "another"\nversion = "0.0.1"\n'])
def test_elsewhere_the_installed_version_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, content: str | None
) -> None:
    """No project file stands beside it, or one of something else."""
    file = tmp_path_factory.mktemp("beside") / "pyproject.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    monkeypatch.setattr("certificates.version._BESIDE", file)
    monkeypatch.setattr(metadata, "version", lambda name: f"installed {name}")
    assert version() == "installed certification-service"
