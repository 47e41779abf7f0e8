"""The manifest of a base classifier: ``model.toml``, read and checked."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticKnownError

from registry.file_formats import unsuitable
from registry.folder_files import inside, read_labels, read_toml
from registry.input_spec import InputSpec, Normalisation, ResizeRule, Section
from registry.manifest_faults import faults_of_manifest
from registry.model_errors import ModelBroken
from registry.runtime_entries import RUNTIMES, RuntimeEntry

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", max_length=255)]
"""A plain file name inside the model's folder: no directories, no hidden files."""
Text = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")]
Precision = Literal["float32", "bfloat16", "float16"]
MemoryFormat = Literal["contiguous", "channels_last"]


def _known_runtime(value: object) -> object:
    if value not in RUNTIMES.names():
        raise PydanticKnownError("literal_error", {"expected": " or ".join(map(repr, RUNTIMES.names()))})
    return value


RuntimeName = Annotated[str, BeforeValidator(_known_runtime)]
"""The name of a registered runtime."""


class OriginFile(Section):
    """A file that a model was made of."""

    file: Text
    sha256: Sha256
    kind: Text


class NoisyVotes(Section):
    """Votes of a model and of its original on the same noisy inputs: how many there were, and were equal."""

    sigma: Annotated[float, Field(gt=0)]
    votes: Annotated[int, Field(ge=1)]
    equal: Annotated[int, Field(ge=0)]


class Origin(Section):
    """The file that a model was imported from, and what was changed on the way to the one that runs.

    ``also``: further files that it was made of, such as a denoiser.

    ``steps``: one sentence for each change. ``sha256``: of the original file. ``compared_rows``: random
    inputs on which the two files' scores were compared; ``largest_difference`` and ``tolerance``: of their
    scores, as shares of the largest score; ``near_ties``: rows whose votes differ because their two largest
    scores lie within the tolerance of each other. A model that is not equal to its original, such as a
    quantised one, has ``noisy_votes`` instead of a tolerance.
    """

    file: Text
    sha256: Sha256
    kind: Text
    also: tuple[OriginFile, ...] = ()
    steps: tuple[Text, ...] = ()
    compared_rows: Annotated[int, Field(ge=0)] = 0
    largest_difference: Annotated[float, Field(ge=0)] = 0.0
    tolerance: Annotated[float, Field(ge=0)] = 0.0
    near_ties: Annotated[int, Field(ge=0)] = 0
    noisy_votes: NoisyVotes | None = None


class ModelManifest(Section):
    """A base classifier that an operator put into the models directory.

    ``labels[c]`` names class ``c``. ``trained_sigma`` is the standard deviation of the Gaussian noise the
    model was trained with, in input units; None if it was trained without noise. ``batch_size`` fixes the
    rows of every forward pass, and ``threads`` the number of its threads; None leaves them to the workers.

    ``precision`` and ``memory_format`` are for runtimes that accept them, such as TorchScript; an ONNX file
    states both itself. With a precision, weights and normalised inputs are converted to it; None uses the
    file's weights as they are, with float32 inputs. ``channels_last`` stores weights and inputs with the
    channels innermost.
    """

    name: Annotated[str, Field(pattern=NAME_PATTERN)]
    description: Text | None = None
    runtime: RuntimeName
    file: FileName
    sha256: Sha256
    labels: Annotated[tuple[Text, ...], Field(min_length=2)]
    trained_sigma: Annotated[float, Field(gt=0)] | None = None
    licence: Text | None = None
    source: Text | None = None
    input: InputSpec
    normalisation: Normalisation | None = None
    origin: Origin | None = None
    batch_size: Annotated[int, Field(ge=2, le=65536, multiple_of=2)] | None = None
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    precision: Precision | None = None
    memory_format: MemoryFormat = "contiguous"
    folder: Annotated[Path, Field(exclude=True, repr=False)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        norm, channels = self.normalisation, self.input.shape[self.input.channel_axis]
        if norm is not None and norm.channels not in (1, channels):
            raise ValueError(
                f"normalisation needs 1 number or {channels} (the channels, or a tensor's first axis), "
                f"not {norm.channels}",
            )
        refused = sorted(self._options() - self.entry.options)
        if refused:
            takers = " and ".join(each.name for each in RUNTIMES if each.options.issuperset(refused))
            raise ValueError(
                f"{' and '.join(refused)} can be given for {takers or 'no runtime'} alone: remove what "
                f"{self.runtime} does not take"
            )
        if self.memory_format == "channels_last" and (
            len(self.input.shape) != 3 or self.input.layout != "NCHW"
        ):
            raise ValueError(
                "memory_format 'channels_last' needs an input.shape of three axes, in layout NCHW"
            )
        return self

    def _options(self) -> set[str]:
        """Return the given fields that not every runtime accepts."""
        given = {"precision": self.precision is not None, "memory_format": self.memory_format != "contiguous"}
        return {name for name, is_given in given.items() if is_given}

    @property
    def entry(self) -> RuntimeEntry:
        """Return the entry of the model's runtime."""
        return RUNTIMES.named(self.runtime)

    @property
    def d(self) -> int:
        """Return the number of elements of one input."""
        return math.prod(self.input.shape)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the whole manifest, with the weights' hash, in hexadecimal digits.

        Fields with their default values are left out, so that a new option does not change the fingerprint of
        models without it.
        """
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()

    @property
    def weights(self) -> Path:
        """Return the path of the weights file."""
        return self.folder / self.file


def load_manifest(folder: Path) -> ModelManifest:
    """Read ``folder/model.toml`` and check everything that needs no runtime, also the file's hash.

    Raises ModelBroken, which names the field at fault and what to do about it.
    """
    table = read_toml(folder)
    if "folder" in table:
        raise ModelBroken("folder: unknown field; remove it from model.toml")
    if "labels_file" in table:
        table["labels"] = read_labels(folder, table)
    try:
        manifest = ModelManifest.model_validate(table | {"folder": folder})
    except ValidationError as error:
        raise ModelBroken(faults_of_manifest(error, _TABLES)) from error
    if manifest.name != folder.name:
        raise ModelBroken(
            f"name: model.toml says {manifest.name!r} but its folder is {folder.name!r}; make them equal",
        )
    _check_file(manifest)
    return manifest


def read_weights(manifest: ModelManifest) -> bytes:
    """Return the weights. Raises ModelBroken if their hash is not the manifest's."""
    try:
        data = inside(folder=manifest.folder, name=manifest.file, field="file").read_bytes()
    except OSError as error:
        raise ModelBroken(f"file: cannot read {manifest.file}: {error.strerror}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != manifest.sha256:
        raise _wrong_hash(manifest, found)
    return data


def _check_file(manifest: ModelManifest) -> None:
    path = inside(folder=manifest.folder, name=manifest.file, field="file")
    try:
        with path.open("rb") as stream:
            wrong = unsuitable(stream, manifest.runtime)
            stream.seek(0)
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelBroken(f"file: cannot read {manifest.file}: {error.strerror}") from error
    if wrong is not None:
        raise ModelBroken(f"file: {manifest.file} {wrong}")
    if found != manifest.sha256:
        raise _wrong_hash(manifest, found)


def _wrong_hash(manifest: ModelManifest, found: str) -> ModelBroken:
    return ModelBroken(
        f"sha256: {manifest.file} has hash {found} but model.toml says {manifest.sha256}; "
        "restore the file or, if the new one is meant, put its hash into model.toml",
    )


_TABLES = {
    "": {*ModelManifest.model_fields, "labels_file"} - {"folder"},
    "input": set(InputSpec.model_fields),
    "input.resize": set(ResizeRule.model_fields),
    "normalisation": set(Normalisation.model_fields),
    "origin": set(Origin.model_fields),
}
"""The fields of each table of model.toml; "" is the part before the first table."""
