"""Alerts and dashboard name series that gateways serve; promtool takes the alerts and runs their tests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import httpx
import pytest
import yaml

from tests.support.announced import beat
from tests.support.gateway import Gateway
from tests.support.pictures import RAMP, encode
from tests.support.places import ROOT
from tests.support.server import Server

MONITORING = ROOT / "deploy/monitoring"


def alerts() -> list[str]:
    groups = yaml.safe_load((MONITORING / "rules.yml").read_text())["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def panels() -> list[str]:
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("read", [alerts, panels], ids=["alerts", "dashboard"])
def test_every_series_that_is_read_is_one_that_a_gateway_serves(
    own_gateway: Gateway, own_server: Server, read: object
) -> None:
    beat(own_server)
    httpx.post(
        f"{own_gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": encode(RAMP)}
    ).raise_for_status()
    served = set(re.findall(r"^(\w+)[ {]", httpx.get(f"{own_gateway.url}/metrics").text, flags=re.MULTILINE))
    expressions = alerts() if read is alerts else panels()
    asked = set(re.findall(r"\b((?:certify|process)_\w+)", " ".join(expressions)))
    assert len(asked) >= 8
    assert asked <= served


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is missing: apt-get install prometheus"
)
@pytest.mark.parametrize("arguments", [["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]])
def test_promtool_takes_the_alerts(arguments: list[str]) -> None:
    run = subprocess.run(
        ["promtool", *arguments], cwd=MONITORING, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
