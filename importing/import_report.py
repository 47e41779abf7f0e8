"""Say in words what an import did, what it guessed, and what the model costs."""

from __future__ import annotations

from collections.abc import Iterator

from importing.draft import Guess
from importing.equality import Comparison
from importing.load_checks import JOB, Cost
from importing.model_import import Imported


def imported_in_words(done: Imported) -> str:
    """Return some lines for a person, with the guesses last: they are what may be wrong."""
    manifest, compared = done.manifest, done.comparison
    size, shape = manifest.weights.stat().st_size, list(manifest.input.shape)
    what = f"{manifest.input.kind} {shape}, {len(manifest.labels)} classes, runtime {manifest.runtime}"
    lines = [f"wrote {done.folder} ({size:,} bytes of weights)", f"  input    {what}"]
    if manifest.origin is not None:
        lines += [f"  changed  {step}" for step in manifest.origin.steps]
    lines.append(_compared(compared))
    lines += _costs(done.cost)
    lines += _guesses(done.guesses)
    lines.append(f"Certify with it, once the service runs: certify IMAGE --model {manifest.name}")
    return "\n".join(lines) + "\n"


def _compared(compared: Comparison) -> str:
    differ = f"scores differ by at most {compared.largest_difference:.1g} of the largest"
    found = compared.noisy_votes
    if found is not None:
        share = f"{found.equal / found.votes:.1%} of {found.votes:,} noisy copies at sigma {found.sigma:g}"
        return (
            f"  differs  {share} get the class that the original gives; on {compared.rows} random inputs "
            f"{differ}"
        )
    votes = f"but for {compared.near_ties} near-ties equal" if compared.near_ties else "are equal"
    return (
        f"  proved   equal to the original on {compared.rows} random inputs: {differ} (accepted: "
        f"{compared.tolerance:g}), votes {votes}"
    )


def _costs(cost: Cost) -> Iterator[str]:
    rounding = (
        "same bits at every place"
        if cost.row_scores == "bit-equal"
        else "equal up to rounding at every place"
    )
    yield f"  tried    one function of one input: rows apart ({rounding}), the same twice, finite scores"
    yield (
        f"  costs    {cost.samples_per_second:,.0f} samples a second in one process of {cost.threads} "
        "thread(s): "
        f"{cost.pass_s * 1000:.3g} ms a pass of {cost.rows}, about {cost.job_s:,.0f} s a job of {JOB:,}; "
        f"{cost.peak_bytes / 2**20:,.0f} MiB of memory"
    )


def _guesses(guesses: tuple[Guess, ...]) -> Iterator[str]:
    for guess in guesses:
        yield f"  guessed  {guess.what}; settled by {guess.flag}"
