"""Say in words what a model answered to the picture it was tried on."""

from __future__ import annotations

from importing.checking.trial import NOISY, Trial
from registry import ModelManifest


def trial_in_words(manifest: ModelManifest, trial: Trial) -> str:
    """Return some lines for a person."""
    lines = [
        f"{trial.path.name}, tried once, without noise"
        + (" (softmax of the scores):" if trial.softmax else ":")
    ]
    lines += [f"  {share:6.1%}  {manifest.labels[index]} (class {index})" for index, share in trial.clean]
    trained = (
        "which it was trained with"
        if manifest.trained_sigma is not None
        else "though it was trained without noise"
    )
    noisy = ", ".join(f"{count} {manifest.labels[index]}" for index, count in trial.noisy)
    lines.append(f"  {NOISY} noisy copies at sigma {trial.sigma:g}, {trained}: {noisy}")
    lines += [f"  picture: {conversion}" for conversion in trial.conversions]
    lines.append(
        "If that is not what it shows: certify-models check, with a folder of pictures, finds out why."
    )
    return "\n".join(lines) + "\n"
