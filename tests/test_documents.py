"""What the documents say is what the code does, and what they name is there."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from certify_client.cli import app
from scripts.settings_table import render
from service.api.examples import ANSWERS
from tests.support.places import ROOT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "benchmarks/**/*.md", "tests/**/*.md")
    for path in ROOT.glob(pattern)
)
EVERY = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))

TEST = re.compile(r"([\w/]+\.py)::(\w+)")
FILE = re.compile(
    r"(?<![\w./{<-])((?:certificates|certify_client|verification|registry|jobs|worker|service|standalone|importing"
    r"|figures|scripts|benchmarks|deploy|tests|docs|docker|requirements|examples)/[a-z0-9_./-]*"
    r"\.(?:py|lua|js|md|toml|yaml|yml|json|txt|png|sh|csv))\b(?!::)"
)
MODULE = re.compile(r"python -m ((?:service|worker|standalone|benchmarks|scripts|tests)\b[\w.]*)")
PLACES = (ROOT, ROOT / "tests")
OF_A_MACHINE = re.compile(r"(?<![\w.])/(?:root|work|home|Users|srv|mnt)/\S*")
HOST = re.compile(r"https?://([\w.-]+)")
HOSTS = {
    "localhost",
    "127.0.0.1",
    "arxiv.org",
    "github.com",
    "keepachangelog.com",
    "pre-commit.com",
    "semver.org",
}
"""Where links may lead. No page names a package registry."""


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    words = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in words}


def source(file: Path) -> str:
    """Return the text of a file, or nothing where there is none."""
    return file.read_text() if file.is_file() else ""


def options_of_certify() -> set[str]:
    """Return the options of all its commands, with both dashes."""
    group: Any = get_command(app)
    return {
        name for command in group.commands.values() for parameter in command.params for name in parameter.opts
    }


def test_the_page_of_settings_lists_what_the_processes_read() -> None:
    assert (ROOT / "docs/settings.md").read_text() == render(), "run: make settings"


@EVERY
def test_every_link_within_the_project_leads_to_a_file_and_a_heading(document: Path) -> None:
    missing = []
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", document.read_text()):
        page = (document.parent / target) if target else document
        if not page.exists() or (anchor and anchor not in headings(page)):
            missing.append(f"{target}#{anchor}")
    assert missing == []


@EVERY
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = set(FILE.findall(document.read_text()))
    assert [name for name in sorted(named) if not any((place / name).exists() for place in PLACES)] == []


@EVERY
def test_every_test_module_that_is_named_without_its_folder_exists(document: Path) -> None:
    named = set(re.findall(r"(?<![\w/])test_\w+\.py\b", document.read_text()))
    assert named - {path.name for path in (ROOT / "tests").rglob("test_*.py")} == set()


def test_a_module_without_a_folder_stands_in_the_folder_that_its_row_names_before_it() -> None:
    missing, folder = [], ROOT
    for row in re.findall(r"^\|.*", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.MULTILINE):
        for name in re.findall(r"`([\w./*]+(?:/|\.py))`", row):
            within, _, module = name.rpartition("/")
            folder = ROOT / within if within else folder
            if module != "*.py" and not (folder / module).exists():
                missing.append(f"{folder}: {name}")
    assert missing == []


@EVERY
def test_every_test_that_is_named_exists(document: Path) -> None:
    missing = [
        f"{file}::{test}"
        for file, test in TEST.findall(document.read_text())
        if f"def {test}(" not in source(ROOT / "tests" / file.removeprefix("tests/"))
    ]
    assert missing == []


@EVERY
def test_every_module_that_is_to_be_run_exists(document: Path) -> None:
    for module in MODULE.findall(document.read_text()):
        path = ROOT / module.rstrip(".").replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


@EVERY
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^ {4})make ([a-z][a-z0-9-]*)", document.read_text(), flags=re.MULTILINE))
    assert named <= targets


@EVERY
def test_every_option_of_certify_that_is_named_exists(document: Path) -> None:
    known = options_of_certify()
    written = re.findall(r"\bcertify [^`\n]*", document.read_text())
    named = {name for line in written for name in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", line)}
    assert named <= known | {"--version", "--help"}


@EVERY
def test_every_setting_that_is_named_exists(document: Path) -> None:
    known = set(re.findall(r"CERTIFY_[A-Z_]+", (ROOT / "docs/settings.md").read_text()))
    assert set(re.findall(r"\bCERTIFY_[A-Z_]*[A-Z]\b", document.read_text())) <= known


@EVERY
def test_no_page_names_a_place_on_somebodys_machine_or_network(document: Path) -> None:
    page = document.read_text()
    assert OF_A_MACHINE.findall(page) == []
    assert set(HOST.findall(page)) <= HOSTS


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 250


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert [page for page in sorted(pages) if f"]({page})" not in index] == []


def test_the_answer_that_is_shown_has_the_members_that_the_service_gives() -> None:
    page = (ROOT / "docs" / "http-api.md").read_text()
    (written,) = re.findall(r"^ {4}\{\n(?: {4}.*\n)+? {4}\}$", page, flags=re.MULTILINE)
    served: dict[str, Any] = ANSWERS["dipole"]
    shown: dict[str, Any] = json.loads(written)
    assert shown.keys() == served.keys()
    assert shown["request"].keys() == served["request"].keys()
    assert shown["certificate"].keys() == served["certificate"].keys()


def test_the_citation_names_the_software_and_its_version(project_version: str) -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    licence = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert (citation["version"], citation["license"]) == (project_version, licence)
    (paper, *_) = citation["references"]
    assert paper["url"].endswith("2010.10549")
    assert [author["family-names"] for author in paper["authors"]] == [
        "Levine",
        "Kumar",
        "Goldstein",
        "Feizi",
    ]


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## \[(.+?)\]", changelog, flags=re.MULTILINE)
    assert versions[0] == "Unreleased"
    kinds = re.findall(r"^### (.+)$", changelog, flags=re.MULTILINE)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
