"""Base classifiers: one folder a model, and the registry that reads them."""

from models.errors import ModelBroken, ModelError, ModelNotFound
from models.manifest import InputSpec, ModelManifest, Normalisation, ResizeRule
from models.registry import Registry

__all__ = [
    "InputSpec",
    "ModelBroken",
    "ModelError",
    "ModelManifest",
    "ModelNotFound",
    "Normalisation",
    "Registry",
    "ResizeRule",
]
