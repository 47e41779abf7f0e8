"""Pythons that the service is not for are refused at installation, with a sentence."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

MEANT = ("3.11.0", "3.12.9", "3.13.5")
OTHERS = ("3.10.14", "3.14.0")


def another_python(folder: Path, version: str) -> Path:
    """Return a program that runs ``-c CODE`` as this Python does, but for the version that it tells."""
    numbers = tuple(int(part) for part in version.split("."))
    told = f"import sys; sys.version_info, sys.version = {numbers}, '{version} (stub)'; exec(sys.argv[1])"
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{told}" "$2"\n')
    program.chmod(0o755)
    return program


def make_environment(repository: Path, folder: Path, version: str) -> subprocess.CompletedProcess[str]:
    """Have make begin an environment with this Python. The stub makes none: what follows the check fails."""
    python = another_python(folder, version)
    command: list[str | Path] = [
        "make",
        "-f",
        repository / "Makefile",
        "-C",
        repository,
        f"VENV={folder}/environment",
    ]
    return subprocess.run(
        [*command, f"PYTHON={python}", f"{folder}/environment/.made"],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("version", OTHERS)
def test_make_refuses_it_and_says_what_to_do(repository: Path, tmp_path: Path, version: str) -> None:
    done = make_environment(repository, tmp_path, version)
    assert done.returncode
    assert f"Python 3.11, 3.12 and 3.13; this is {version}. Name one of them" in done.stderr
    assert "installing" not in done.stdout


@pytest.mark.parametrize("version", MEANT)
def test_make_takes_those_it_is_for(repository: Path, tmp_path: Path, version: str) -> None:
    assert "installing" in make_environment(repository, tmp_path, version).stdout


def test_pip_refuses_the_same(repository: Path) -> None:
    allowed = SpecifierSet(
        tomllib.loads((repository / "pyproject.toml").read_text())["project"]["requires-python"]
    )
    assert [version for version in MEANT + OTHERS if version in allowed] == list(MEANT)
