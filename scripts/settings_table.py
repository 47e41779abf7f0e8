"""Write docs/settings.md: every setting of every process, with its default and meaning.

Usage: ``python -m scripts.settings_table > docs/settings.md``
"""

from __future__ import annotations

import sys

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from jobs.settings import JobsSettings
from service.settings import GatewaySettings
from standalone.settings import StandaloneSettings
from worker.settings import WorkerSettings

HEAD = """# Settings

Settings are environment variables. An empty value counts as unset; a bad one ends the process at its start
with a message that names it. This page is written by `make settings`.
"""

SECTIONS: tuple[tuple[str, type[BaseSettings], type[BaseSettings] | None], ...] = (
    ("Gateway and workers", JobsSettings, None),
    ("Gateway", GatewaySettings, JobsSettings),
    ("Workers", WorkerSettings, JobsSettings),
    ("`make serve` and `make demo`", StandaloneSettings, None),
)


def render() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for title, settings, base in SECTIONS:
        inherited = base.model_fields if base is not None else {}
        rows = [_row(name, field) for name, field in settings.model_fields.items() if name not in inherited]
        heading = [f"## {title}\n", "| Variable | Default | Meaning |", "|---|---|---|"]
        parts.append("\n".join([*heading, *rows, ""]))
    return "\n".join(parts)


def _row(name: str, field: FieldInfo) -> str:
    variable = "`CERTIFY_REDIS_URL`, `REDIS_URL`" if name == "redis_url" else f"`CERTIFY_{name.upper()}`"
    default = "none" if field.default is None else f"`{_as_written(field.default)}`"
    return f"| {variable} | {default} | {field.description} |"


def _as_written(default: object) -> str:
    """Return a default as one would set it in the environment."""
    return str(default).lower() if isinstance(default, bool) else str(default)


if __name__ == "__main__":
    sys.stdout.write(render())
