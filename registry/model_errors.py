"""What can be wrong with a model. Standard library only; HTTP status codes live in the gateway."""

from __future__ import annotations


class ModelError(Exception):
    """Base of everything that can be wrong with a model, its folder or its runtime."""


class ModelNotFound(ModelError):
    """No model of that name is in the models directory."""


class ModelBroken(ModelError):
    """The model's folder is there but cannot be used; the message names the field and what to do."""
