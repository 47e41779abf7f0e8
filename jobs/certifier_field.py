"""The certifier as a field of records, requests and answers: its name in JSON, the object in Python."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, GetPydanticSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticKnownError, core_schema

from certificates import CERTIFIERS, Certifier

_DESCRIPTION = 'Which certificate is asked for (Levine et al., "Tight Second-Order Certificates").'


class _Named:
    """What is read and written: one of the names that are registered by then."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _read,
            ref="Certifier",
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: core_schema.CoreSchema, __: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "description": _DESCRIPTION,
            "enum": list(CERTIFIERS.names()),
            "title": "Certifier",
            "type": "string",
        }


def _read(value: object) -> Certifier:
    if isinstance(value, Certifier):
        return value
    if isinstance(value, str) and value in CERTIFIERS.names():
        return CERTIFIERS.named(value)
    names = [repr(name) for name in CERTIFIERS.names()]
    raise PydanticKnownError("enum", {"expected": " or ".join([", ".join(names[:-1]), names[-1]])})


CertifierField = Annotated[Certifier, GetPydanticSchema(lambda _, handler: handler.generate_schema(_Named))]
"""A certifier: its name or the object itself. Anything else is refused with the list of names."""
