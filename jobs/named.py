"""Fields of records and requests that hold a thing of a catalogue: its name outside, itself inside."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from certificates.catalogue import Catalogue, Named
from certificates.noise_laws import NOISE_LAWS, Noise

T = TypeVar("T", bound=Named)


class ByName(Generic[T]):
    """Annotates a field that holds a thing of a catalogue.

    The catalogue is asked when a value is checked and when the field is described, not when it is declared:
    what is registered later is known as well. The thing itself is accepted for its name. What is written is
    the name. The description is an enumeration, as of an enum, in a component of the catalogue's kind.
    """

    def __init__(self, catalogue: Catalogue[T]) -> None:
        self._catalogue = catalogue

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic how to check, write and describe such a field."""
        return core_schema.no_info_plain_validator_function(
            self._find,
            ref=f"{self._catalogue.kind}:{id(self._catalogue)}",
            serialization=core_schema.plain_serializer_function_ser_schema(
                _name, return_schema=core_schema.str_schema()
            ),
            metadata={"pydantic_js_functions": [self._described]},
        )

    def _find(self, value: object) -> object:
        names = self._catalogue.names()
        if isinstance(value, str) and value in names:
            return self._catalogue.find(value)
        if any(value == known for known in self._catalogue):
            return value
        *first, last = map(repr, names)
        expected = f"{', '.join(first)} or {last}" if first else last
        raise PydanticKnownError("enum", {"expected": expected})

    def _described(self, _schema: object, _handler: object) -> dict[str, object]:
        about = self._catalogue
        return {
            "title": about.kind,
            "description": about.about,
            "type": "string",
            "enum": list(about.names()),
        }


def _name(thing: Named) -> str:
    return thing.name


NoiseLaw = Annotated[Noise, ByName(NOISE_LAWS)]
"""A law of noise."""
