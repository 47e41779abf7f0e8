"""Turn a draft and the user's flags into the fields of ``model.toml``, and say what was guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import tomli_w
from pydantic import ValidationError

from importing.class_names import read_class_names
from importing.draft import Draft, Guess
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions, Scale
from importing.picture_drafting import pictured
from importing.plain_words import printable
from registry import InputSpec, ModelManifest, Normalisation, Origin
from registry.manifest import NAME_PATTERN
from registry.manifest_faults import NAME_RULE

_NO_NAME: Final = frozenset({"model", "pytorch_model", "saved_model", "weights", "checkpoint"})
"""Names of files that tell nothing: the folder's name is taken then."""


def model_name(path: Path, options: ImportOptions) -> str:
    """Return the name that the user gave or the file suggests. Raises ImportRefused if it cannot be one."""
    name = options.name
    if name is None:
        place = path.resolve()
        stem = place.stem if place.is_file() else place.name
        stem = place.parent.name if stem.lower() in _NO_NAME else stem
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).lstrip("._-")[:63]
    if not re.fullmatch(NAME_PATTERN, name):
        rule = NAME_RULE.partition(":")[0]
        raise ImportRefused(f"--name: {name!r} cannot be the name of a model, which {rule}")
    return name


def settled(draft: Draft, options: ImportOptions) -> Draft:
    """Return the draft with what the user's flags say, and with a guess for all that nobody says."""
    guesses = list(draft.guesses)
    labels = draft.labels if options.labels is None else read_class_names(options.labels)
    if labels is None or (options.labels is None and len(labels) != draft.classes):
        labels = tuple(map(str, range(draft.classes)))
        guesses.append(Guess(f"the {draft.classes} classes are called by their numbers", "--labels"))
    if len(labels) != draft.classes:
        raise ImportRefused(
            f"--labels: {options.labels} names {len(labels)} classes, but the file gives {draft.classes} "
            "scores"
        )
    spec, of_pictures = pictured(draft.input, options)
    guesses += of_pictures
    norm = _normalisation(draft, options)
    if norm is None and draft.input.kind == "image":
        guesses.append(
            Guess(
                "the file takes pixels as numbers in [0, 1], not normalised", "--mean and --std, or --scale"
            )
        )
    sigma = draft.trained_sigma if options.sigma is None else options.sigma
    if sigma is None:
        guesses.append(Guess("it was trained without noise", "--sigma"))
    return replace(
        draft,
        labels=labels,
        input=spec,
        normalisation=norm,
        trained_sigma=sigma,
        guesses=tuple(guesses),
        description=options.description or draft.description,
        licence=options.licence or draft.licence,
        source=options.source or draft.source,
    )


def _normalisation(draft: Draft, options: ImportOptions) -> Normalisation | None:
    """Return ``(pixel - mean) / std`` in the input's own scale, from flags in units of ``--scale``."""
    if options.mean is None and options.std is None and options.scale is None:
        return draft.normalisation
    black, white = (options.scale or Scale.UNIT).ends
    width = white - black
    length = max(len(options.mean or ()), len(options.std or ()), 1)
    mean = _repeated(options.mean or (0.0,), length)
    std = _repeated(options.std or (1.0,), length)
    if len(mean) != len(std):
        raise ImportRefused(f"--mean has {len(mean)} numbers and --std {len(std)}: give as many of each")
    if min(std) <= 0:
        raise ImportRefused("--std: every number must be above 0")
    low, span = draft.input.low, draft.input.high - draft.input.low
    means = tuple(low + span * (value - black) / width for value in mean)
    return Normalisation(mean=means, std=tuple(span * value / width for value in std))


def _repeated(numbers: tuple[float, ...], length: int) -> tuple[float, ...]:
    return numbers * length if len(numbers) == 1 else numbers


@dataclass(frozen=True, slots=True)
class Manifest:
    """The fields of ``model.toml`` for a draft. ``text`` writes them; ``read`` checks them."""

    fields: dict[str, Any]
    guesses: tuple[Guess, ...]

    def text(self) -> str:
        """Return ``model.toml``, with the guesses as comments at its head."""
        said = (f"# Guessed: {guess.what}. Settled by {guess.flag}." for guess in self.guesses)
        lines = [printable(line) for line in said]
        return "\n".join(["# Written by certify-models.", *lines, "", tomli_w.dumps(self.fields)])


def manifest_of(draft: Draft, name: str, sha256: str, origin: Origin) -> Manifest:
    """Return the manifest of a settled draft. Raises ImportRefused if the registry would not take it."""
    given = {
        "name": name,
        "description": draft.description,
        "runtime": draft.runtime,
        "file": draft.file,
        "sha256": sha256,
        "labels": draft.labels,
        "trained_sigma": draft.trained_sigma,
        "licence": draft.licence,
        "source": draft.source,
        "precision": draft.precision,
        "memory_format": draft.memory_format,
        "batch_size": draft.batch_size,
        "threads": draft.threads,
        "input": draft.input,
        "normalisation": draft.normalisation,
        "origin": origin,
        "folder": Path(name),
    }
    try:
        checked = ModelManifest.model_validate(given)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ImportRefused(f"{draft.original.name} cannot become a model: {said}") from error
    return Manifest(checked.model_dump(mode="json", exclude_defaults=True, exclude_none=True), draft.guesses)


def image_or_tensor(shape: tuple[int, ...]) -> InputSpec:
    """Return the input space of a shape in [0, 1]: an image if it has 1 or 3 channels, else a tensor."""
    if len(shape) == 3 and shape[0] in (1, 3):
        mode = "L" if shape[0] == 1 else "RGB"
        return InputSpec(kind="image", shape=shape, low=0.0, high=1.0, mode=mode)
    return InputSpec(kind="tensor", shape=shape, low=0.0, high=1.0)
