"""Try a model on one picture: its clean answer, and its answers to some noisy copies."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from importing.checking.picture_arrays import picture_array
from importing.checking.setups import Setup
from importing.checking.voter import Voter
from importing.import_errors import ImportRefused
from importing.load_checks import USUAL_SIGMA
from registry import ModelManifest

TOP: Final = 5
NOISY: Final = 8
"""Noisy copies that are tried. A choice: a glance, not an estimate."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a model says of one picture.

    ``conversions``: how it became the input. ``clean``: index and score of the best classes, best first;
    ``softmax``: whether the scores are a softmax of the network's. ``noisy``: class and number of copies at
    ``sigma``, in units of the model's scale.
    """

    path: Path
    conversions: tuple[str, ...]
    clean: tuple[tuple[int, float], ...]
    softmax: bool
    sigma: float
    noisy: tuple[tuple[int, int], ...]


def try_picture(manifest: ModelManifest, path: Path) -> Trial:
    """Try a model on a picture.

    Raises ImportRefused for tensor models, and for what the gateway or workers would refuse.
    """
    spec = manifest.input
    if spec.kind != "image":
        raise ImportRefused(f"--try: {manifest.name} takes tensors and no pictures: remove --try")
    _, conversions = picture_array(path, spec)
    voter, setup = Voter(manifest), Setup.of(manifest)
    scores = voter.scores(setup, path).astype(np.float64)
    softmax = bool(np.any(scores < 0.0) or abs(scores.sum() - 1.0) > 1e-3)
    if softmax:
        scores = np.exp(scores - scores.max())
        scores /= scores.sum()
    best = np.argsort(-scores, kind="stable")[:TOP]
    sigma = manifest.trained_sigma or USUAL_SIGMA * (spec.high - spec.low)
    votes = Counter(voter.votes(setup, [path], sigma, NOISY)[0].tolist())
    clean = tuple((int(index), float(scores[index])) for index in best)
    return Trial(path, conversions, clean, softmax, sigma, tuple(votes.most_common()))
