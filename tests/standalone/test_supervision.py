"""What is supervised and how, and what happens when a program can never run."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from standalone.programs import configuration
from standalone.standalone_settings import StandaloneSettings
from standalone.supervision import _has_ended
from tests.support.wait import wait_until


def settings(tmp_path: Path, **given: object) -> StandaloneSettings:
    return StandaloneSettings.model_validate({"data_dir": tmp_path, "redis_url": None} | given)


def test_embedded_server_loses_nothing_and_listens_on_the_loopback(tmp_path: Path) -> None:
    command = configuration(settings(tmp_path, server_port=7001))["program:server"]["command"]
    for flag in (
        "--bind 127.0.0.1",
        "--port 7001",
        "--appendonly yes",
        "--appendfsync always",
        "--maxmemory-policy noeviction",
        f"--dir {tmp_path}/server",
    ):
        assert flag in command


def test_server_starts_first_and_stops_last(tmp_path: Path) -> None:
    config = configuration(settings(tmp_path))
    programs = {name: section for name, section in config.items() if name.startswith("program:")}
    by_priority = sorted(programs, key=lambda name: int(programs[name]["priority"]))
    assert by_priority == ["program:server", "program:gateway", "program:worker", "program:ready"]


def test_another_server_replaces_the_embedded_one(tmp_path: Path) -> None:
    other = settings(tmp_path, redis_url="redis://db.example:6379/1")
    assert "program:server" not in configuration(other)
    assert other.broker_url == "redis://db.example:6379/1"


@pytest.mark.parametrize("name", ["REDIS_URL", "CERTIFY_REDIS_URL"])
def test_both_names_of_the_server_are_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv(name, "redis://db.example:6379/1")
    assert StandaloneSettings().redis_url == "redis://db.example:6379/1"


def test_bad_settings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTIFY_PORT", "many")
    with pytest.raises(ValidationError, match="port"):
        StandaloneSettings()


def test_workers_have_names_of_their_own(tmp_path: Path) -> None:
    section = configuration(settings(tmp_path, workers=3))["program:worker"]
    assert section["numprocs"] == "3"
    assert "%(process_num)" in section["process_name"]


SUPERVISE = "import sys, pathlib, standalone.supervision as s; print(s.supervise(pathlib.Path(sys.argv[1])))"


def supervisord(tmp_path: Path, programs: str) -> Path:
    """Write a configuration with these programs."""
    config = tmp_path / "supervisord.conf"
    config.write_text(
        f"[supervisord]\nnodaemon=true\nsilent=true\nlogfile={tmp_path}/log\npidfile={tmp_path}/pid\n{programs}"
    )
    return config


def test_program_that_has_worked_is_started_again_however_often_it_fails(tmp_path: Path) -> None:
    """The server fails again and again in this way while its disk is full."""
    runs = tmp_path / "runs"
    script = f"echo x >> {runs}; test $(wc -l < {runs}) -gt 1 || sleep 1.5; exit 1"
    config = supervisord(tmp_path, f"[program:tries]\ncommand=/bin/sh -c '{script}'\nstartretries=0\n")
    with subprocess.Popen([sys.executable, "-c", SUPERVISE, config], stdout=subprocess.PIPE) as process:
        try:
            wait_until(lambda: runs.exists() and len(runs.read_text().split()) > 3, "the fourth run")
        finally:
            process.terminate()
        said, _ = process.communicate(timeout=200)
    assert b"cannot be started" not in said
    assert said.endswith(b"True\n")


def test_a_child_that_has_ended_counts_as_such_before_it_is_collected() -> None:
    with subprocess.Popen(["/bin/sleep", "600"]) as child:
        assert not _has_ended(child.pid)
        child.kill()
        wait_until(lambda: _has_ended(child.pid), "its end to be noticed")
        assert child.wait() == -signal.SIGKILL, "it is left to be collected"


def test_program_that_never_starts_stops_everything(tmp_path: Path) -> None:
    config = supervisord(
        tmp_path,
        "[program:broken]\ncommand=/bin/sh -c 'echo no luck; exit 3'\nstartretries=0\n"
        "redirect_stderr=true\nstdout_events_enabled=true\npriority=2\n"
        "[program:patient]\ncommand=/bin/sleep 600\npriority=1\n",
    )
    done = subprocess.run(
        [sys.executable, "-c", SUPERVISE, config], capture_output=True, text=True, timeout=200, check=True
    )
    lines = [line.replace(" ", "") for line in done.stdout.splitlines()]
    assert "broken|noluck" in lines
    assert "broken|cannotbestarted;stoppingeverything.Seethelinesabove." in lines
    assert "patient|stopped" in lines
    assert lines[-1] == "False"
