"""Random, broken and plausible requests to the whole service, made from `openapi.yaml` by schemathesis.

``python -m tests.fuzz.exploration --seconds 300`` explores for five minutes with a new seed.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.auth.keyring import hash_key, new_key
from tests.support.gateway import Gateway, running_gateway
from tests.support.places import ROOT, SHIPPED_MODELS
from tests.support.stack import running_stack


@dataclass(frozen=True, slots=True)
class Service:
    """A server, a worker with one process and a gateway that asks for a key."""

    gateway: Gateway
    key: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run found: its printed text, and schemathesis' own report."""

    text: str
    report: dict[str, Any]


@contextmanager
def running_service(folder: Path) -> Iterator[Service]:
    """Run the service with small limits, so that whatever is accepted ends soon.

    It has all shipped models but that of PyTorch, whose import takes seconds and shows nothing of the API.
    """
    key, models = new_key(), folder / "models"
    shutil.copytree(SHIPPED_MODELS, models, ignore=shutil.ignore_patterns("mnist-torchscript"))
    keys_file = folder / "keys.toml"
    keys_file.write_text(f'[[key]]\nname = "fuzz"\nsha256 = "{hash_key(key)}"\n')
    with (
        running_stack(folder, models, processes=1) as stack,
        running_gateway(
            folder,
            stack.server.url,
            models,
            keys_file=keys_file,
            max_n=100_000,
            max_n0=1_000,
            events_interval_s=0.05,
            run_events_interval_s=0.05,
            run_events_max_s=0.2,  # most runs that are made here end never
        ) as gateway,
    ):
        yield Service(gateway, key)


def explore(service: Service, folder: Path, *options: str) -> Findings:
    """Run schemathesis; ``options`` say how far and with what seed."""
    report = folder / "report.json"
    command = ["--no-color", "--config-file", "tests/fuzz/schemathesis.toml"]
    run = ["run", "openapi.yaml", "--url", service.gateway.url, "--report-json-path", str(report), *options]
    done = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), *command, *run],
        cwd=ROOT,
        env=os.environ | {"FUZZ_API_KEY": service.key, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    text = done.stdout + done.stderr
    assert report.exists(), text
    return Findings(text, json.loads(report.read_text()))


def main() -> int:
    """Explore for a time and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_service(Path(name)) as service:
        options = ("--max-time", str(arguments.seconds), "--seed", str(arguments.seed))
        found = explore(service, Path(name), *options)
        log = service.gateway.log
    sys.stdout.write(f"{found.text}seed: {arguments.seed}\n")
    sys.stdout.writelines(f"{line}\n" for line in log.splitlines() if "Traceback" in line)
    sys.stdout.write(f"defects in the gateway's log: {log.count('Traceback')}\n")
    return int(found.report["exit_code"] != 0 or "Traceback" in log)


if __name__ == "__main__":
    sys.exit(main())
