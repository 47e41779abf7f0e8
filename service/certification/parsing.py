"""Read JSON bodies and forms into typed requests, and say in words what is wrong with them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from registry.fault_words import did_you_mean, fault_in_words
from service.certification.json_body import take_apart
from service.certification.json_numbers import NumberText
from service.certification.npy import read_npy
from service.certification.requests import (
    INTEGER,
    Body,
    CertificationFields,
    JsonWithInput,
    StopFields,
    TensorInput,
)
from service.certification.tensors import Piece, Tensor
from service.http.bodies import Form
from service.http.problems import FieldError, ProblemError, field_problem, fields_problem
from service.http.wording import shown_name

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,4})?")
_INTEGER_FIELDS = frozenset({"n", "n0", "k", "seed", "copies"})
_NUMBER_FIELDS = frozenset({"sigma", "eta", "stop_radius"})
_FLAG_FIELDS = frozenset({"stop_give_up"})
_UNREADABLE = frozenset({"json_invalid", "model_type"})
_FILES = ("image", "tensor")


@dataclass(frozen=True, slots=True)
class JsonTensor:
    """A tensor of a JSON body."""

    shape: tuple[int, ...]
    numbers: NumberText

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self.numbers.count

    def pieces(self) -> Iterator[Piece]:
        """Read the numbers, some thousands at a time."""
        return self.numbers.pieces()


J = TypeVar("J", bound=JsonWithInput)
F = TypeVar("F", bound=Body)


def read_json(body: bytearray, kind: type[J]) -> tuple[J, bytes | Tensor]:
    """Read a JSON body of this kind: its fields, and the image file or the tensor.

    Raises ProblemError that names every field at fault.
    """
    apart = take_apart(body)
    try:
        request = kind.model_validate_json(apart.rest)
    except ValidationError as error:
        raise request_problem(error, kind) from None
    if request.image is not None and request.tensor is None:
        return request, _decode_base64(request.image)
    if request.image is None and request.tensor is not None and apart.numbers is not None:
        return request, JsonTensor(tuple(request.tensor.shape), apart.numbers)
    raise field_problem("image", "give exactly one of `image` (base64) and `tensor`")


def read_only_json(body: bytearray, kind: type[F]) -> F:
    """Read a JSON body without an input. Raises ProblemError that names every field at fault."""
    apart = take_apart(body)
    try:
        return kind.model_validate_json(apart.rest)
    except ValidationError as error:
        raise request_problem(error, kind) from None


def read_fields(form: Form, kind: type[F]) -> tuple[F, bytes | Tensor]:
    """Read a form of this kind: its fields, and the image file or the tensor.

    Raises ProblemError that names every field at fault.
    """
    if unknown := sorted(set(form.files) - set(_FILES)):
        what = "is not a file part of this request; the file is `image` or `tensor`"
        raise field_problem(shown_name(unknown[0]), what)
    typed: dict[str, object] = {name: _typed(name, text) for name, text in form.fields.items()}
    try:
        fields = kind.model_validate_json(json.dumps(typed))
    except ValidationError as error:
        raise request_problem(error, kind) from None
    if len(form.files) != 1:
        raise field_problem("image", "give exactly one of `image` and `tensor`, as a file part")
    if "image" in form.files:
        return fields, form.files["image"]
    return fields, read_npy(form.files["tensor"])


def _decode_base64(text: str) -> bytes:
    """Decode the image of a JSON body. Raises ProblemError if it is not plain base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        message = "is not plain base64: no line breaks, no spaces, no `data:` prefix"
        raise field_problem("image", message, "invalid-image") from None


def _typed(name: str, text: str) -> object:
    """Convert the text of a numeric field; text that is not a number is left for validation to refuse."""
    if name in _INTEGER_FIELDS and INTEGER.fullmatch(text):
        return int(text)
    if name in _NUMBER_FIELDS and _NUMBER.fullmatch(text):
        return float(text)
    if name in _FLAG_FIELDS and text in {"true", "false"}:
        return text == "true"
    return text


def request_problem(error: ValidationError, kind: type[Body]) -> ProblemError:
    """Make the problem that names every field which validation of this kind found at fault."""
    faults = error.errors(include_url=False, include_input=False)
    if (first := faults[0])["type"] in _UNREADABLE and not first["loc"]:
        return ProblemError("malformed-body", f"The body must be one JSON object in UTF-8: {first['msg']}")
    return fields_problem(
        [FieldError(field=_name(fault["loc"]), message=_message(fault, kind)) for fault in faults]
    )


def _name(loc: tuple[int | str, ...]) -> str:
    """``("tensor", "data", 3)`` becomes ``tensor.data[3]``."""
    name = ""
    for part in loc:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            name += f".{shown_name(part)}" if name else shown_name(part)
    return name


_FILE = "is a file: its part of the form needs a `filename`"
_UNKNOWN: dict[tuple[int | str, ...], str] = {
    ("image",): _FILE,
    ("tensor",): _FILE,
    ("stop",): "is not a field of a form: use stop_radius and stop_give_up",
    ("stop_radius",): 'is not a field of JSON: use stop, as {"radius": 0.5}',
    ("stop_give_up",): 'is not a field of JSON: use stop, as {"radius": 0.5, "give_up": true}',
}
_MISSING = {("model",): "is required; GET /v1/models lists the models"}


def _message(fault: Mapping[str, Any], kind: type[Body]) -> str:
    """Say what is wrong with a field and what is accepted."""
    match fault["type"]:
        case "extra_forbidden":
            return _unknown(fault["loc"], kind)
        case "missing":
            return _MISSING.get(fault["loc"], "is required")
        case "int_type" | "int_parsing" | "int_from_float":
            return "must be a whole number, digits only, such as 1000"
        case "float_type" | "float_parsing" | "finite_number":
            return "must be a finite number in decimal, such as 0.25 or 2.5e-1"
        case _:
            return fault_in_words(fault)


def _unknown(loc: tuple[int | str, ...], kind: type[Body]) -> str:
    """Refuse an unknown field; say where it belongs, or which one may have been meant."""
    if kind.fixed_elsewhere is not None and loc[0] in CertificationFields.model_fields:
        return kind.fixed_elsewhere
    known = _FIELDS.get(tuple(map(str, loc[:-1])), ()) if len(loc) > 1 else tuple(kind.model_fields)
    return _UNKNOWN.get(loc) or f"is not a field of this request{did_you_mean(str(loc[-1]), known)}"


_FIELDS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("tensor",): tuple(TensorInput.model_fields),
    ("stop",): tuple(StopFields.model_fields),
}
