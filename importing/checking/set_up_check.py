"""Check a model on pictures with known classes: its share of right answers, and that of other set-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from importing.checking.labelled_pictures import Pictures, labelled_pictures
from importing.checking.setup_comparison import Judge, Tried, best_of
from importing.checking.setups import Change, Setup
from importing.checking.sign_test import better_than_guessing, fewest_pictures
from importing.checking.voter import Voter
from importing.import_errors import ImportRefused
from registry import ModelManifest

MOST: Final = 500
"""Pictures that are looked at unless asked otherwise. A choice: a large network takes minutes for them."""
SIGMAS: Final = (0.0, 0.12, 0.25, 0.5)
"""Noise that is tried unless asked otherwise: the paper's."""
LONGEST_CHAIN: Final = 4
"""Changes that are suggested together at most: normalisation, channels, resizing and names."""


class Verdict(Enum):
    """What a check finds."""

    RIGHT = "right"
    WORSE = "worse"
    GUESSING = "guessing"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    ``clean``: share of right answers of the set-up as it is. ``noisy``: sigma and the share under that noise.
    ``tried``: each set-up with one change. ``better``: changes that together are clearly better, in the order
    in which they were found, and ``better_share`` their share. ``needed``: pictures below which nothing could
    be called clearly better.
    """

    verdict: Verdict
    pictures: Pictures
    clean: float
    noisy: tuple[tuple[float, float], ...]
    tried: tuple[Tried, ...]
    better: tuple[Change, ...]
    better_share: float
    needed: int


def check_model(
    manifest: ModelManifest, folder: Path, sigmas: Sequence[float] = SIGMAS, most: int = MOST
) -> Checked:
    """Check a model on a folder of pictures with known classes.

    ``sigmas``: noise to try, in units of the model's scale. ``most``: pictures to look at. Raises
    ImportRefused for tensor models, for a folder that cannot be read, and for a model that workers would
    refuse.
    """
    if manifest.input.kind != "image":
        raise ImportRefused(
            f"{manifest.name} takes tensors: check reads pictures, and knows no set-ups of these"
        )
    pictures = labelled_pictures(folder, manifest.labels, most)
    judge = Judge(Voter(manifest), pictures, len(manifest.labels))
    present = Setup.of(manifest)
    right, first = judge.right(present), judge.tried(present)
    chain, share = _chain(judge, present, first)
    guessing = not better_than_guessing(right, len(manifest.labels))
    if guessing and not chain:
        chain, share = _pair(judge, present, first)
    needed = fewest_pictures(len(first))
    if chain:
        verdict = Verdict.WORSE
    elif guessing:
        verdict = Verdict.GUESSING
    else:
        verdict = Verdict.TOO_FEW if right.size < needed else Verdict.RIGHT
    noisy = tuple((sigma, judge.noisy(present, sigma)) for sigma in sigmas)
    return Checked(verdict, pictures, float(right.mean()), noisy, first, chain, share, needed)


def _chain(judge: Judge, present: Setup, tried: tuple[Tried, ...]) -> tuple[tuple[Change, ...], float]:
    """Take the best change that is clearly better, again and again, and return them with the last share.

    A later change takes the place of an earlier one of the same subject.
    """
    chain: list[Change] = []
    share = float(judge.right(present).mean())
    for _ in range(LONGEST_CHAIN):
        best = best_of(tried)
        if best is None:
            break
        chain = [each for each in chain if each.subject != best.change.subject] + [best.change]
        share = best.share
        tried = judge.tried(best.change.setup)
    return tuple(chain), share


def _pair(judge: Judge, present: Setup, tried: tuple[Tried, ...]) -> tuple[tuple[Change, ...], float]:
    """Return the best two changes that together are clearly better, if each alone is not; else none."""
    pairs = []
    for first in tried:
        if first.change.setup.network != present.network:
            seconds = judge.tried(first.change.setup, than=present, rounds=len(tried))
            pairs += [(first.change, second) for second in seconds]
    best = best_of(tuple(second for _, second in pairs))
    if best is None:
        return (), float(judge.right(present).mean())
    return next((first, second.change) for first, second in pairs if second is best), best.share
