"""Say in words what a check found, with the rule by which it was judged."""

from __future__ import annotations

from collections.abc import Iterator

from importing.checking.set_up_check import Checked, Verdict
from importing.checking.setup_comparison import Tried
from importing.checking.sign_test import LEVEL
from registry import ModelManifest


def checked_in_words(manifest: ModelManifest, checked: Checked) -> str:
    """Return some lines for a person: shares, set-ups that were compared, and the verdict last."""
    pictures = len(checked.pictures.entries)
    lines = [f"{manifest.name} on {pictures:,} pictures, {checked.pictures.understood}"]
    lines += [f"  right at sigma {sigma:<5g} {share:7.1%}" for sigma, share in checked.noisy]
    lines.append(f"Right without noise, as it is set up: {checked.clean:.1%}; with one thing changed:")
    lines += _table(checked.tried)
    return "\n".join([*lines, *_verdict(manifest, checked)]) + "\n"


def _table(tried: tuple[Tried, ...]) -> Iterator[str]:
    width = max(len(each.change.what) for each in tried)
    for each in sorted(tried, key=lambda each: -each.share):
        mark = "  clearly better" if each.better else ""
        yield f"  {each.change.what:{width}}  {each.share:6.1%}{mark}"


def _verdict(manifest: ModelManifest, checked: Checked) -> Iterator[str]:
    if checked.verdict is Verdict.WORSE:
        words = " and ".join(change.what for change in checked.better)
        yield (
            f"NOT RIGHT: another set-up is clearly better: {words}: {checked.better_share:.1%} instead of "
            f"{checked.clean:.1%}."
        )
        flags = " ".join(change.flag for change in checked.better)
        yield f"Import the file again with: certify-models import FILE --replace {flags}"
    elif checked.verdict is Verdict.GUESSING:
        yield (
            f"NOT RIGHT: no better than guessing among {len(manifest.labels)} classes, and no other set-up "
            "that was tried is clearly better. Look at the order of the class names (--labels) and at the "
            "classes of the pictures."
        )
    elif checked.verdict is Verdict.TOO_FEW:
        yield f"TOO FEW PICTURES to tell: at least {checked.needed} are needed, better some hundreds."
    else:
        yield "RIGHT, as far as these pictures show: no other set-up is clearly better."
    yield (
        "Rule: another set-up is clearly better if, of the pictures that only one of the two gets right, it "
        f"gets so many that a fair coin would get as many with probability {LEVEL:g} / {len(checked.tried)} "
        "at most."
    )
