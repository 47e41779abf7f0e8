"""Base classifiers: folders of ``models/`` come in, checked manifests and weights go out.

It imports ``certificates`` alone, for the names and the laws of noise. It never runs a model, and never
writes.
"""

from registry.input_spec import InputSpec, Normalisation, ResizeRule
from registry.manifest import ModelManifest, Origin
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
