"""What must hold before anything starts: the ports are free and nobody else uses the data folder."""

from __future__ import annotations

import fcntl
import os
import socket
from io import TextIOWrapper
from pathlib import Path

from standalone.standalone_settings import StandaloneSettings


class CannotStart(Exception):
    """The service cannot start here; the message says what to do."""


def lock_data_folder(folder: Path) -> TextIOWrapper:
    """Make the folder and lock it for this process, until the returned file is closed.

    Raises:
        CannotStart: another instance holds it, or it cannot be written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"{folder} cannot be used: {error}. Set CERTIFY_DATA_DIR to another.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise CannotStart(
            f"{folder} is in use by another instance (process {holder}). "
            "Stop that one, or set CERTIFY_DATA_DIR to another folder."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def require_free_ports(settings: StandaloneSettings) -> None:
    """Raise CannotStart, naming the setting, when a port is taken."""
    _require_free("CERTIFY_PORT", settings.host, settings.port)
    if settings.redis_url is None:
        _require_free("CERTIFY_SERVER_PORT", "127.0.0.1", settings.server_port)


def _require_free(setting: str, host: str, port: int) -> None:
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = addresses[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotStart(
            f"{host}:{port} cannot be used: {error.strerror}. Set {setting} to a free port."
        ) from error
