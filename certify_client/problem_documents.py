"""Problem documents (RFC 9457), in which the service says what is wrong with a request."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FieldError(BaseModel):
    """One fault of one field of a refused request."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    field: str
    message: str


class Problem(BaseModel):
    """A problem document. Programs should decide by ``kind``."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: str = "about:blank"
    title: str = ""
    status: int
    detail: str = ""
    errors: tuple[FieldError, ...] = ()

    @property
    def kind(self) -> str:
        """The last part of ``type``, for example ``model-not-found``."""
        return self.type.rpartition(":")[2]
