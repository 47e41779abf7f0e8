"""Fields of records, requests and answers that are a name in JSON and the object of that name in Python."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from certificates import CERTIFIERS, NOISE_LAWS, Certifier, Noise
from certificates.catalogue import Catalogue, Named

T = TypeVar("T", bound=Named)


class ByName(Generic[T]):
    """Annotates a field that holds an object of a catalogue. It accepts the object or its name.

    The catalogue is read when a value is read and when the field is described, so objects that are registered
    later are known too. Any other value is refused with the list of names. In the API's description the field
    is an enumeration, in a component that has the name of the catalogue's kind.
    """

    def __init__(self, catalogue: Catalogue[T]) -> None:
        self._catalogue = catalogue

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic how to read, write and describe such a field."""
        return core_schema.no_info_plain_validator_function(
            self._read,
            ref=self._catalogue.kind,
            serialization=core_schema.plain_serializer_function_ser_schema(_name),
            metadata={"pydantic_js_functions": [self._described]},
        )

    def _read(self, value: object) -> object:
        names = self._catalogue.names()
        if isinstance(value, str) and value in names:
            return self._catalogue.named(value)
        if value in self._catalogue:
            return value
        *others, last = map(repr, names)
        expected = f"{', '.join(others)} or {last}" if others else last
        raise PydanticKnownError("enum", {"expected": expected})

    def _described(self, _schema: object, _handler: object) -> dict[str, object]:
        return {
            "title": self._catalogue.kind,
            "description": self._catalogue.about,
            "type": "string",
            "enum": list(self._catalogue.names()),
        }


def _name(thing: Named) -> str:
    return thing.name


CertifierField = Annotated[Certifier, ByName(CERTIFIERS)]
"""A certifier."""
NoiseField = Annotated[Noise, ByName(NOISE_LAWS)]
"""A law of noise."""
