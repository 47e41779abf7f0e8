"""What can go wrong between a manifest and the votes of its model."""

from __future__ import annotations

from models import ModelError


class RuntimeLoadError(ModelError):
    """The model cannot be run as asked: wrong file, wrong shapes, or a device that is not there."""


class ModelOutputError(ModelError):
    """The model's scores are not numbers, so there is no vote to count."""
