"""Base classifiers: folders of ``models/`` come in, checked manifests and weights go out.

It imports ``certificates`` alone, for the names and the laws of noise. It never runs a model, and never
writes.
"""

from registry.manifest import InputSpec, ModelManifest, Normalisation, Origin, ResizeRule
from registry.model_errors import ModelBroken, ModelError, ModelNotFound
from registry.model_folders import Registry

__all__ = [
    "InputSpec",
    "ModelBroken",
    "ModelError",
    "ModelManifest",
    "ModelNotFound",
    "Normalisation",
    "Origin",
    "Registry",
    "ResizeRule",
]
