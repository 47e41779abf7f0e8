"""How pictures become the model's input, from what the file says and the user's flags."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError

from importing.draft import Guess
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions, Resize
from registry import InputSpec, ResizeRule

METHODS: Final = {
    Resize.CROP: "shorter_side_center_crop",
    Resize.SQUASH: "stretch",
    Resize.BORDER: "fit_with_border",
}
"""The methods of ``[input.resize]`` by the words of ``--resize``."""
USUAL: Final = ResizeRule(method="shorter_side_center_crop", filter="bilinear")
"""What is guessed: the default of torchvision, but that nothing is cut besides what the proportions need."""


def pictured(spec: InputSpec, options: ImportOptions) -> tuple[InputSpec, tuple[Guess, ...]]:
    """Return the input space with what the flags say of pictures, and what was guessed.

    Raises ImportRefused if flags of pictures are given for tensors, or do not go together.
    """
    given = (options.channels, options.resize, options.resize_to, options.filter)
    if spec.kind != "image":
        if any(flag is not None for flag in given):
            raise ImportRefused(
                "--channels, --resize, --resize-to and --filter are for pictures, but this file takes "
                f"tensors of shape {list(spec.shape)}: remove them"
            )
        return spec, ()
    mode = spec.mode
    if options.channels is not None:
        if mode == "L":
            raise ImportRefused("--channels: the file takes grey pictures, which have one channel: remove it")
        mode = options.channels.value
    rule, guesses = _rule(spec.resize, options)
    try:
        fields = spec.model_dump() | {"mode": mode, "resize": rule}
        return InputSpec.model_validate(fields), guesses
    except ValidationError as error:
        raise ImportRefused(f"--resize-to: {error.errors()[0]['msg']}") from error


def _rule(known: ResizeRule | None, options: ImportOptions) -> tuple[ResizeRule | None, tuple[Guess, ...]]:
    if options.resize is Resize.NONE:
        if options.resize_to is not None or options.filter is not None:
            raise ImportRefused("--resize none goes with neither --resize-to nor --filter: remove them")
        return None, ()
    fields = (known or USUAL).model_dump()
    if options.resize is not None:
        fields |= {"method": METHODS[options.resize], "size": None}
    if options.resize_to is not None:
        if len(options.resize_to) > 2:
            raise ImportRefused("--resize-to: one number, or height and width, such as 256 or 256,320")
        fields["size"] = (options.resize_to[0], options.resize_to[-1])
    if options.filter is not None:
        fields |= {"filter": options.filter.value, "antialias": True}
    guesses: tuple[Guess, ...] = ()
    if known is None and options.resize is None:
        said = "pictures of another size are resized until they just cover the model's, and cut"
        guesses = (Guess(f"{said} ({USUAL.filter})", "--resize, --resize-to and --filter"),)
    return ResizeRule.model_validate(fields), guesses
