"""Write docs/settings.md: every setting of every process, with its default and meaning.

Usage: ``python -m scripts.settings_table > docs/settings.md``
"""

from __future__ import annotations

import json
import sys
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from certify_client.api import DEFAULT_PORT, DEFAULT_URL
from jobs.shared_settings import JobsSettings
from service.gateway_settings import GatewaySettings
from standalone.standalone_settings import StandaloneSettings
from worker.worker_settings import WorkerSettings

HEAD = """# Settings

Settings are environment variables. An empty value counts as unset; a bad one ends the process at its start
with a message that names it. This page is written by `make settings`.

With compose they are set in `.env` (`.env.example` has the usual ones); gateway and workers read all of it.
Compose fixes `CERTIFY_REDIS_URL`, `CERTIFY_MODELS_DIR`, `CERTIFY_HOST` and `CERTIFY_DEVICE` (`cpu`, or `cuda`
with `docker-compose.gpu.yml`) for the containers. `CERTIFY_PORT` is the port of the host. The settings in the
section of `make serve` have no effect there.
"""

CLIENT = f"""## Client

Read by the `certify` command; `CertificationClient` takes address, key and proxy as arguments.

| Variable | Default | Meaning |
|---|---|---|
| `CERTIFY_URL` | `{DEFAULT_URL}` | Address of the service. |
| `CERTIFY_PORT` | `{DEFAULT_PORT}` | Port of the service on 127.0.0.1, where `CERTIFY_URL` is unset. |
| `CERTIFY_API_KEY` | none | API key, if the service asks for one. |
| `CERTIFY_API_KEY_FILE` | none | File with the API key; comes before `CERTIFY_API_KEY`. |
| `CERTIFY_PROXY` | none | Proxy to use, even for a service on this machine. |
| `http_proxy`, `https_proxy`, `all_proxy` | none | Proxies, by the address's scheme; never to this machine. |
| `no_proxy` | none | Reached without a proxy: names, ends of names, addresses, networks; `*` is all. |
| `CERTIFY_DEBUG` | none | If set, a fault shows its traceback too. |
| `NO_COLOR` | none | If set, nothing is coloured. |

The library reads `http_proxy` and its like too, unless it is given a proxy.
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
    return "\n".join([*parts, CLIENT])


def _row(name: str, field: FieldInfo) -> str:
    variable = "`CERTIFY_REDIS_URL`, `REDIS_URL`" if name == "redis_url" else f"`CERTIFY_{name.upper()}`"
    default = "none" if field.default is None else f"`{_as_written(field.default)}`"
    return f"| {variable} | {default} | {field.description}{_allowed(field)} |"


def _allowed(field: FieldInfo) -> str:
    """Return the allowed values of a setting that has a fixed list of them."""
    if get_origin(field.annotation) is not Literal:
        return ""
    return " One of " + ", ".join(f"`{value}`" for value in get_args(field.annotation)) + "."


def _as_written(default: object) -> str:
    """Return a default in the form in which the environment sets it."""
    if isinstance(default, bool | tuple):
        return json.dumps(default)
    return str(default)


if __name__ == "__main__":
    sys.stdout.write(render())
