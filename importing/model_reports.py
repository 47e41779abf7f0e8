"""Say in words which models a directory holds, and what is known of one."""

from __future__ import annotations

from pathlib import Path

from importing.import_errors import ImportRefused
from registry import ModelError, ModelManifest, Registry


def listing(models: Path) -> str:
    """Return a line for each model, usable or broken. Raises ImportRefused without a directory."""
    registry = Registry(models)
    try:
        lines = [(name, _about(registry.get(name))) for name in registry.names()]
        lines += [(name, f"BROKEN: {reason}") for name, reason in registry.problems().items()]
    except ModelError as error:
        raise ImportRefused(f"{error}: name another directory with --models") from error
    if not lines:
        return f"there are no models in {models}: certify-models import FILE brings one\n"
    width = max(len(name) for name, _ in lines)
    return "".join(f"{name:{width}}  {about}\n" for name, about in sorted(lines))


def usable(models: Path, name: str) -> ModelManifest:
    """Return a model's manifest. Raises ImportRefused if there is no usable model of this name."""
    try:
        return Registry(models).get(name)
    except ModelError as error:
        raise ImportRefused(f"{error}: certify-models list names them") from error


def shown(models: Path, name: str) -> str:
    """Return all that a model's manifest says. Raises as ``usable``."""
    manifest = usable(models, name)
    lines = [f"{manifest.name}: {manifest.description or 'no description'}"]
    fields = manifest.model_dump(mode="json", exclude_none=True, exclude={"name", "description", "labels"})
    lines += [f"  {key:14} {_in_words(value)}" for key, value in fields.items()]
    lines.append(f"  {'labels':14} {len(manifest.labels)}: {', '.join(manifest.labels[:10])}")
    return "\n".join(lines) + "\n"


def _about(manifest: ModelManifest) -> str:
    sigma = "" if manifest.trained_sigma is None else f", trained at sigma {manifest.trained_sigma:g}"
    shape = "x".join(map(str, manifest.input.shape))
    said = f"{manifest.input.kind} {shape}, {len(manifest.labels)} classes, {manifest.runtime}{sigma}"
    return f"{said}. {manifest.description}" if manifest.description else said


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} {_in_words(inner)}" for key, inner in value.items() if inner != [])
    if isinstance(value, list) and value and isinstance(value[0], str):
        return "; ".join(value)
    return str(value)
