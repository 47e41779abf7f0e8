"""Theorems are numbered once over docs/, and whatever cites one cites a theorem that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.places import ROOT

PAGES = sorted(ROOT.glob("docs/*.md"))
FOLDERS = (
    "benchmarks",
    "certificates",
    "certify_client",
    "jobs",
    "registry",
    "scripts",
    "service",
    "standalone",
    "tests",
    "verification",
    "worker",
)
FILES = sorted(
    [*PAGES, *ROOT.glob("*.md")]
    + [path for folder in FOLDERS for path in ROOT.glob(f"{folder}/**/*.py") if path != Path(__file__)]
)
STATED = re.compile(r"\*\*((?:Theorem|Lemma|Corollary|Proposition) \d+)\b(?! \(withdrawn\))")
NUMBERED = re.compile(r"\*\*(?:Theorem|Lemma|Corollary|Proposition) (\d+)\b")
"""The numbers of withdrawn theorems too, which are not used again."""
CITED = re.compile(
    r"(?:(docs/[\w-]+\.md), |(the paper's |their ))?\b((?:theorem|lemma|corollary|proposition)s? \d+)\b"
    r"(?! \(withdrawn\))",
    re.IGNORECASE,
)
ELSEWHERE = {"the paper's": {"Theorem 1", "Theorem 2", "Theorem 3", "Lemma 1"}, "their": {"Theorem 1"}}
"""The theorems of others that are cited: those of the paper, and that of Zubkov and Serov."""


def _stated(page: Path) -> list[str]:
    """Return the name of each theorem that a page states, such as ``Theorem 1``."""
    return re.findall(STATED, page.read_text())


def _text(path: Path) -> str:
    """Return a file's text in one line, without the marks of comments."""
    return re.sub(r"\s+(?:#:? )?", " ", path.read_text())


def _wrong(path: Path) -> list[str]:
    """List the citations of a file that name no page, or a theorem that is not stated there."""
    own = set(_stated(path)) if path in PAGES else set()
    wrong = []
    for page, others, name in re.findall(CITED, _text(path)):
        if others:
            known = ELSEWHERE[others.strip().lower()]
        elif page:
            known = set(_stated(ROOT / page)) if (ROOT / page).exists() else set()
        else:
            known = own
        if name not in known:
            wrong.append(f"{page}{others} {name}".strip())
    return wrong


CITING = [path for path in FILES if CITED.search(_text(path))]


def test_no_two_theorems_have_one_number() -> None:
    numbers = [int(number) for page in PAGES for number in re.findall(NUMBERED, page.read_text())]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert numbers


@pytest.mark.parametrize("path", CITING, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_theorem_that_is_cited_exists_on_the_page_that_is_named(path: Path) -> None:
    assert _wrong(path) == []
