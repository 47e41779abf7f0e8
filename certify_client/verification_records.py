"""What the service says of a certificate that it has verified, as typed records."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class VerifiedCheck(_Told):
    """One thing that was compared. ``about`` is a sentence that is true if ``outcome`` is ``passed``.

    The other outcomes are ``failed`` and ``not_made``, if the document lacks what would have been compared.
    ``sentences`` say what is wrong, or what could not be compared. ``faults`` counts what is wrong, told or
    not.
    """

    name: str
    outcome: str
    about: str
    sentences: tuple[str, ...]
    faults: int


class StatedModel(_Told):
    """Whether the model that the certificate names is one of the service's: as a word, and as a sentence.

    ``status`` is ``here`` or one of the other words that docs/http-api.md lists. It is no check, so it does
    not change ``valid``.
    """

    status: str
    sentence: str


class Verification(_Told):
    """The service's verdict on a certificate. ``valid``: no check failed.

    ``claimed_radius`` is the radius that the certificate states, ``radius`` the one that its counts support,
    both in input units. ``headline`` is the verdict in words. ``not_shown`` says what it leaves open, even
    where it is valid. ``same_input``: whether the certificate is about the input that was given beside it;
    None without one, or if its model is not ``here``. ``document`` is the service's answer unchanged.
    """

    valid: bool
    headline: str
    claimed_radius: float
    radius: float
    checks: tuple[VerifiedCheck, ...]
    model: StatedModel
    not_shown: tuple[str, ...]
    same_input: bool | None = None
    document: dict[str, Any] = Field(repr=False)

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Self:
        """Read an answer; raises pydantic's ValidationError when it is not a verdict."""
        return cls.model_validate({**document, "document": document})
