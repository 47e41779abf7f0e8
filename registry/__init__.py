"""Base classifiers: one folder for each model, and the registry that reads the folders."""

from registry.manifest import InputSpec, ModelManifest, Normalisation, ResizeRule
from registry.model_errors import ModelBroken, ModelError, ModelNotFound
from registry.model_folders import Registry

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
