"""Where the operator wants no page, `/` and its files are unknown paths, and the API answers as before."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.support.gateway import running_gateway
from tests.support.problems import check_problem
from tests.support.server import Server


def test_a_setting_switches_the_page_off(shared_server: Server, models_dir: Path, tmp_path: Path) -> None:
    with (
        running_gateway(tmp_path, shared_server.url, models_dir, page="false") as gateway,
        httpx.Client(base_url=gateway.url) as client,
    ):
        for path in ("/", "/page/app.js"):
            check_problem(client.get(path), "not-found", 404)
        assert client.get("/v1/models").is_success
