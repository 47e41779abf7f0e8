"""``python -m standalone.demo``: start the service, certify an example image, verify the certificate."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certify_client import CertificationClient

IMAGE = Path("examples/digit-7.png")
RESULT = Path(".data/demo.json")
_READY_WITHIN_S = 90.0
_STOP_WITHIN_S = 90.0
"""Choices. Stopping has more time than the 60 s that a worker gets to finish its step."""


def main() -> int:
    """Start everything on free ports, certify, verify, stop; return the status of a command that fails."""
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    _say("Starting server, worker and gateway ...")
    with tempfile.TemporaryDirectory(prefix="certify-demo-") as folder, _service(Path(folder)) as url:
        asked = ["--model", "mnist", "--certifier", "dipole", "--sigma", "0.25"]
        status = _certify([str(IMAGE), *asked, "--json", "--url", url], into=RESULT)
        if status == 0:
            job_id = json.loads(RESULT.read_text(encoding="utf-8"))["id"]
            status = _certify(["show", job_id, "--url", url]) or _certify(["verify", str(RESULT)])
        _say("\nStopping ...")
    if status == 0:
        _say(f"The whole answer is in {RESULT}. What it says and does not say: README.md.")
        _say("Next: 'make serve' keeps the service up; then .venv/bin/certify IMAGE --model mnist")
    return status


def _certify(arguments: list[str], *, into: Path | None = None) -> int:
    """Run the ``certify`` command as a user would. Print its output, or write it to ``into``."""
    _say(f"\n$ certify {' '.join(arguments)}{f' > {into}' if into else ''}")
    command = [sys.executable, "-m", "certify_client", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own command
    if into:
        into.write_text(done.stdout, encoding="utf-8")
    else:
        _say(done.stdout.rstrip())
    return done.returncode


@contextmanager
def _service(folder: Path) -> Iterator[str]:
    """Run the standalone service with its data in ``folder`` until the block ends; yield its URL."""
    port, server_port = _free_ports(2)
    settings = {"CERTIFY_DATA_DIR": folder, "CERTIFY_PORT": port, "CERTIFY_SERVER_PORT": server_port}
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    log = folder / "output.log"
    with log.open("wb") as output:
        service = subprocess.Popen(
            [sys.executable, "-m", "standalone"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _wait_until_ready(service, f"http://127.0.0.1:{port}", log)
    finally:
        service.send_signal(signal.SIGINT)
        service.wait(_STOP_WITHIN_S)


def _wait_until_ready(service: subprocess.Popen[bytes], url: str, log: Path) -> str:
    deadline = time.monotonic() + _READY_WITHIN_S
    with CertificationClient(url, timeout_s=5.0) as client:
        while not client.ready():
            if service.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the service did not become ready:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.1)
    return url


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
