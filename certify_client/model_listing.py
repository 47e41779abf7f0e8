"""The list of models, one line each: those that can be used, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from certify_client.records import Model, Readiness


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    sigma: str
    about: str
    style: str = ""


def listing(models: Sequence[Model], ready: Readiness) -> Text:
    """Show each model with the sigma it was trained with, and why it cannot be used if it cannot."""
    lines = [_Line("model", "trained sigma", "description", "bold"), *_models(models, ready)]
    lines += _folders(models, ready)
    name_width = max(len(line.name) for line in lines)
    sigma_width = max(len(line.sigma) for line in lines)
    text = Text("\n").join(
        Text(f"{line.name:{name_width}}  {line.sigma:{sigma_width}}  {line.about}", line.style)
        for line in lines
    )
    for reason in ready.missing:
        text.append(f"\nNo job can run now: {reason}", "red")
    return text


def _models(models: Sequence[Model], ready: Readiness) -> Iterator[_Line]:
    for model in models:
        sigma = "" if model.trained_sigma is None else f"{model.trained_sigma:g}"
        reason, said = ready.broken_models.get(model.name), model.description or ""
        if reason is None:
            yield _Line(model.name, sigma, said)
        elif model.name in ready.models:
            yield _Line(model.name, sigma, f"{said} NOT EVERYWHERE: {reason}", "yellow")
        else:
            yield _Line(model.name, sigma, f"CANNOT BE LOADED: {reason}", "red")


def _folders(models: Sequence[Model], ready: Readiness) -> Iterator[_Line]:
    """List the folders that the service cannot read as models."""
    listed = {model.name for model in models}
    for name, reason in ready.broken_models.items():
        if name not in listed:
            yield _Line(name, "", f"BROKEN: {reason}", "red")
