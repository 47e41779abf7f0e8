"""Before a commit the same linters run as in ``make lint``, from the project's own environment."""

from __future__ import annotations

import re
from pathlib import Path

import yaml


def test_hooks_call_the_linters_of_make_lint(repository: Path) -> None:
    (repo,) = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())["repos"]
    called = {hook["entry"].split(" --")[0] for hook in repo["hooks"]}
    recipe = re.search(r"^lint: .*\n((?:\t.*\n)+)", (repository / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    wanted = {
        line.strip().replace("$(BIN)", ".venv/bin").split(" --")[0].removesuffix(" .")
        for line in recipe[1].splitlines()
    }
    assert repo["repo"] == "local"
    assert {entry.removesuffix(" .") for entry in called} == wanted
