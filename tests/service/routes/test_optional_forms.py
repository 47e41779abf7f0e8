"""What a gateway without pyarrow and matplotlib answers to those who ask for Parquet or PNG."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.gateway import running_gateway
from tests.support.places import ROOT
from tests.support.problems import check_problem
from tests.support.server import Server

HIDE = """import sys
sys.modules["pyarrow"] = sys.modules["matplotlib"] = None
"""


@pytest.fixture
def poor(
    shared_server: Server, models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[httpx.Client]:
    """A gateway that finds neither package."""
    (tmp_path / "sitecustomize.py").write_text(HIDE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        running_gateway(tmp_path, shared_server.url, models_dir) as gateway,
        httpx.Client(base_url=gateway.url, timeout=200) as client,
    ):
        yield client


def test_the_form_is_refused_with_what_it_needs_and_the_others_are_given(poor: httpx.Client) -> None:
    run = poor.post("/v1/runs", json={"name": "few", "model": "plane", "sigma": 0.5}).headers["location"]
    for tail, kind, package, extra, other in (
        ("results", "application/vnd.apache.parquet", "pyarrow", "parquet", "text/csv"),
        ("curve", "image/png", "matplotlib", "png", "image/svg+xml"),
    ):
        path = f"{run}/{tail}"
        problem = check_problem(poor.get(path, headers={"Accept": kind}), "not-acceptable", 406)
        assert f"Possible here: {poor.get(path).headers['content-type'].split(';')[0]}, " in problem["detail"]
        assert f"{kind} needs {package}, which this gateway lacks" in problem["detail"]
        assert f"extra `{extra}`" in problem["detail"]
        answer = poor.get(path, headers={"Accept": f"{kind}, {other};q=0.5"})
        assert answer.headers["content-type"].split(";")[0] == other


def test_the_packages_are_loaded_only_for_those_who_ask() -> None:
    code = "import sys, service.gateway_app; print({'pyarrow', 'matplotlib'} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=200, check=True
    )
    assert told.stdout.strip() == "set()"


@pytest.mark.parametrize("extra", ["parquet", "png"])
def test_the_extras_that_are_named_exist(extra: str) -> None:
    assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text()
