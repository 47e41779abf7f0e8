"""`python -m service.openapi > openapi.yaml` writes the description that is kept in the repository."""

from __future__ import annotations

import sys

import yaml
from fastapi import FastAPI

from service.gateway_app import create_app
from service.gateway_settings import GatewaySettings


def render(app: FastAPI) -> str:
    """Return the description as YAML."""
    return yaml.safe_dump(app.openapi(), sort_keys=False, allow_unicode=True, width=100)


if __name__ == "__main__":
    sys.stdout.write(render(create_app(GatewaySettings())))
