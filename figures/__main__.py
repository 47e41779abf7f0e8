"""Draw the paper's figures.

    python -m figures [NUMBER ...] [--full] [--out docs/figures]

writes each as a picture and a table of its numbers; docs/figures/README.md says what they show. Figures that
need runs start the service on this machine. Tables of runs stay in .data/figures/, and are not made again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from figures.catalogue import FIGURES
from figures.drawn_figure import write
from figures.effort import HOURS, MINUTES
from figures.laboratory import Laboratory
from figures.look import look


def main() -> None:
    """Draw the figures that are asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="such as 1a; default: all")
    parser.add_argument("--out", type=Path, default=Path("docs/figures"), help="folder to write to")
    parser.add_argument("--full", action="store_true", help="more images and samples: hours")
    given = parser.parse_args()
    known = {figure.number: figure for figure in FIGURES}
    if unknown := [number for number in given.numbers if number not in known]:
        parser.error(f"there is no figure {', '.join(unknown)}; there are {', '.join(known)}")
    given.out.mkdir(parents=True, exist_ok=True)
    effort = HOURS if given.full else MINUTES
    with look(), Laboratory(Path(".data/figures")) as laboratory:
        for number in given.numbers or known:
            figure = known[number]
            paths = write(figure.draw(laboratory, effort), given.out, figure.name)
            sys.stdout.write(f"Figure {number}: {', '.join(map(str, paths))}\n")


if __name__ == "__main__":
    main()
