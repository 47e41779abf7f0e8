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
