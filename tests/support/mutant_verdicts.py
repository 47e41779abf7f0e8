"""The verdicts of `make mutants`, which it writes while it runs, and a table of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.support.places import ROOT

KILLED = "killed"
ENDLESS = "never ended"
SURVIVED = "survived"
UNTESTED = "no test calls it"

_FILE = ROOT / "mutants" / "verdicts.tsv"


def write_verdict(mutant: str, verdict: str, test: str = "") -> None:
    """Add a verdict; ``test`` is the test that killed the mutant."""
    _FILE.parent.mkdir(exist_ok=True)
    with _FILE.open("a", encoding="utf-8") as file:
        file.write(f"{mutant}\t{verdict}\t{test}\n")


def verdicts() -> dict[str, str]:
    """Return the last verdict on each mutant that has run."""
    if not _FILE.exists():
        return {}
    lines = (line.split("\t") for line in _FILE.read_text(encoding="utf-8").splitlines())
    return {mutant: verdict for mutant, verdict, _ in lines}


def table(mutants: Iterable[str]) -> str:
    """Return a line for each module: mutants, run, killed, ended by the clock, survived, not called."""
    known = verdicts()
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant in mutants:
        for module in (mutant.rpartition(".")[0], "all"):
            rows[module]["mutants"] += 1
            rows[module][known.get(mutant, "not run")] += 1
    lines = [f"{'':54}{'mutants':>9}{'run':>9}{'killed':>9}{'endless':>9}{'survived':>9}{'no test':>9}"]
    for module, row in sorted(rows.items()):
        run = row["mutants"] - row["not run"]
        numbers = (row["mutants"], run, *(row[one] for one in (KILLED, ENDLESS, SURVIVED, UNTESTED)))
        lines.append(f"{module:54}" + "".join(f"{number:9}" for number in numbers))
    return "\n".join(lines)
