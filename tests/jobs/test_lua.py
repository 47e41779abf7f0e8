"""The server takes the file of every Lua script, and every script is used."""

from __future__ import annotations

import re

import pytest
from redis import Redis

from jobs.scripts import load_script
from tests.support.places import ROOT

JOBS = ROOT / "jobs"
NAMES = sorted(path.stem for path in JOBS.glob("lua/*.lua"))


@pytest.mark.parametrize("name", NAMES)
def test_the_server_takes_it(redis_client: Redis, name: str) -> None:
    script = load_script(redis_client, name)
    assert redis_client.script_load(script.script) == script.sha


def test_every_file_is_used_and_every_script_used_has_a_file() -> None:
    code = "".join(path.read_text() for path in JOBS.rglob("*.py"))
    assert sorted(re.findall(r'load_script\(\w+, "(\w+)"\)', code)) == NAMES
