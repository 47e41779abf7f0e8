"""A real gateway: `python -m service` as a process of its own, on a free port."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.processes import Files, Process, started
from tests.support.server import free_port
from tests.support.wait import wait_until


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where it listens, and the file with everything it has written."""

    url: str
    port: int
    log_file: Path
    process: Process

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @contextmanager
    def logging_no_fault(self) -> Iterator[None]:
        """Fail if it logs a warning or a defect during the block. Other tests write to the same log."""
        begun = self.log_file.stat().st_size
        yield
        said = self.log_file.read_bytes()[begun:].decode()
        assert "Warning" not in said
        assert "Traceback" not in said

    def stop(self) -> int:
        """End it in order and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def running_gateway(
    folder: Path,
    redis_url: str,
    models: Path,
    *,
    port: int | None = None,
    files: Files | None = None,
    **settings: object,
) -> Iterator[Gateway]:
    """Run a gateway until the block ends; ``settings`` are fields of GatewaySettings, ``files`` its limits on
    open files.

    Unless they say otherwise it waits a minute for the server, which may be slow.
    """
    port = port or free_port()
    given = {"redis_url": redis_url, "models_dir": models, "port": port, "store_timeout_s": 60, **settings}
    environment = {f"CERTIFY_{name.upper()}": str(value) for name, value in given.items()}
    log_file = folder / f"gateway-{port}.log"
    process = started(("service",), os.environ | environment, log_file, files)
    gateway = Gateway(f"http://127.0.0.1:{port}", port, log_file, process)
    try:
        with httpx.Client() as client:  # to make one takes longer than many answers
            wait_until(lambda: _answers(gateway, client), "the gateway to answer")
        yield gateway
    finally:
        if process.poll() is None:
            gateway.stop()


def _answers(gateway: Gateway, client: httpx.Client) -> bool:
    assert gateway.process.poll() is None, gateway.log
    try:
        return client.get(f"{gateway.url}/health/live").is_success
    except httpx.TransportError:
        return False
