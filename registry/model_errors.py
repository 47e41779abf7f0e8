"""The errors of models. Standard library only; the gateway maps them to HTTP status codes."""

from __future__ import annotations


class ModelError(Exception):
    """Base of the errors of a model, its folder or its runtime."""


class ModelNotFound(ModelError):
    """No model of that name is in the models directory."""


class ModelBroken(ModelError):
    """The model's folder exists but cannot be used. The message names the field and says what to do."""
