"""The page at `/` is answered without a store, under a policy that keeps it from reaching elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from service.page.page_files import read_page
from tests.support.gateway import running_gateway
from tests.support.server import free_port

MOST_BYTES = 100_000
MOST_SENT = 46_000
"""Of all files together, as they are and as browsers get them. Choices: no build step shortens them."""


def test_the_page_and_every_file_it_names_are_answered(repository: Path, tmp_path: Path) -> None:
    nothing = f"redis://127.0.0.1:{free_port()}/0"
    with running_gateway(tmp_path, nothing, repository / "models") as gateway:
        page = httpx.get(f"{gateway.url}/")
        named = re.findall(r'(?:href|src)="(page/[^"]+)"', page.text)
        kinds = {name: httpx.get(f"{gateway.url}/{name}").headers["content-type"] for name in named}
        missing = httpx.get(f"{gateway.url}/page/%2e%2e/page_files.py")
        known = {"If-None-Match": page.headers["etag"]}
        same, other = (httpx.get(f"{gateway.url}/{path}", headers=known) for path in ("", "page/app.js"))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert kinds["page/app.js"].startswith("text/javascript")
    assert kinds["page/style.css"].startswith("text/css")
    assert missing.status_code == 404
    assert missing.headers["content-security-policy"] == policy
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["content-security-policy"] == policy
    assert other.status_code == 200


def test_every_module_imports_files_that_exist(repository: Path) -> None:
    static = repository / "service" / "page" / "static"
    for module in static.rglob("*.js"):
        for name in re.findall(r'from "([^"]+)"', module.read_text()):
            assert (module.parent / name).is_file(), f"{module.name} imports {name}"


def test_no_module_makes_elements_from_markup_or_stores_anything(repository: Path) -> None:
    static = repository / "service" / "page" / "static"
    code = "".join(module.read_text() for module in static.rglob("*.js"))
    for name in ("innerHTML", "insertAdjacentHTML", "document.write", "localStorage", "sessionStorage"):
        assert name not in code


def test_the_page_is_small(repository: Path) -> None:
    static = repository / "service" / "page" / "static"
    assert sum(path.stat().st_size for path in static.rglob("*") if path.is_file()) <= MOST_BYTES
    assert sum(len(file.packed) for file in read_page().values()) <= MOST_SENT


def test_a_browser_gets_the_files_compressed(repository: Path, tmp_path: Path) -> None:
    nothing = f"redis://127.0.0.1:{free_port()}/0"
    with running_gateway(tmp_path, nothing, repository / "models") as gateway:
        url = f"{gateway.url}/page/app.js"
        packed = httpx.get(url, headers={"Accept-Encoding": "gzip, deflate, br"})
        plain = httpx.get(url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.text == plain.text == (repository / "service/page/static/app.js").read_text()
