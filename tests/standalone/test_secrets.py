"""No program shows a secret that a setting holds, whatever its shape and wherever it was put by mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from jobs.connection import connect
from jobs.shared_settings import JobsSettings
from tests.support.gateway import running_gateway
from tests.support.image_folders import write_models
from tests.support.pictures import RAMP, encode
from tests.support.server import Server
from tests.support.wait import wait_until
from tests.support.worker import Worker

BEFORE, BEHIND = "Hunter2", "Fish3r"
ODD = [*"/#@?:% \n\r\t\x01[]\\\"'{}$;&=+<>,", "é", "猫", "\udcff", "%2F", "//", "@@", "\r\n"]
SECRETS = [BEFORE + odd + BEHIND for odd in ODD]

URLS = (
    "redis://:{}@127.0.0.1:9/0",
    "redis://user:{}@127.0.0.1:9/0",
    "redis://{}@127.0.0.1:9",
    "rediss://:{}@[::1]:9/0?ssl_cert_reqs=none",
    "unix://user:{}@/nowhere?db=0",
    "redis://127.0.0.1:9/{}",
    "redis://127.0.0.1:9/0?password={}",
    "redis://127.0.0.1:{}/0",
    "redis://{}:9/0",
    "http://user:{}@127.0.0.1:9/0",
    "{}",
)
RUN = """
import json, os, sys, traceback
from functools import cache
from importlib import import_module
module, arguments, settings = json.load(sys.stdin)
sys.argv[1:] = arguments
main = import_module(module).main
if "typer" in sys.modules:  # it makes all commands anew for each run
    from typer import main as commands
    commands.get_command = cache(commands.get_command)
for setting in settings:
    os.environ.update(setting)
    try:
        status = main()
    except SystemExit as error:
        status = error.code
    except BaseException:
        traceback.print_exc()
        status = "traceback"
    print("\\nstatus", status, flush=True)
    for name in setting:
        del os.environ[name]
"""


def told_by(
    module: str, settings: list[dict[str, str]], *arguments: str, **common: object
) -> list[tuple[str, str]]:
    """Run a program once with each of the settings, and see that it tells no secret.

    Return what it said to each, and its exit statuses.
    """
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([module, arguments, settings]).encode(),
        env=environment | {f"CERTIFY_{name.upper()}": str(value) for name, value in common.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=200,
        check=False,
    )
    told = done.stdout.decode(errors="replace")
    assert_kept(told)
    found = [
        (said, status)
        for said, status in re.findall(r"(.*?)^status (\w+)$\n", told, re.DOTALL | re.MULTILINE)
    ]
    assert len(found) == len(settings), told[-3000:]
    return found


def assert_kept(told: str) -> None:
    for line in told.splitlines():
        assert BEFORE.lower() not in line.lower(), line
        assert BEHIND.lower() not in line.lower(), line


def everywhere(*names: str, forms: Sequence[str] = ("{}",)) -> list[dict[str, str]]:
    """Put every secret into every form of every setting."""
    return [{name: form.format(secret)} for name in names for form in forms for secret in SECRETS]


@pytest.mark.parametrize(
    ("module", "status", "unusable"),
    [
        ("service.__main__", "2", {"keys_file": "/dev/null/keys"}),
        ("worker.__main__", "2", {"models_dir": "/dev/null/models"}),
        ("standalone.__main__", "1", {"data_dir": "/dev/null/data"}),
    ],
)
def test_the_servers_url(module: str, status: str, unusable: dict[str, str]) -> None:
    """A second setting cannot be used either, so that no program goes on to serve.

    All programs refuse the same URLs, and name the setting.
    """
    settings = everywhere("CERTIFY_REDIS_URL", "REDIS_URL", forms=URLS)
    settings.append({"CERTIFY_REDIS_URL": "redis://host/abc"})
    told = told_by(module, settings, **unusable)
    assert {ended for _, ended in told} == {status}
    assert "cannot start: CERTIFY_REDIS_URL (or REDIS_URL): " in told[-1][0]
    assert not [said for said, _ in told if "Traceback" in said]


def test_a_file_of_keys(tmp_path: Path) -> None:
    forms = (
        "{}",
        "{} = 1",
        '"{}" = 1',
        '[[key]]\nname = "alice"\nsha256 = "{}"',
        "[[key]]\nname = '{}'\nsha256 = '0'",
        '[[key]]\nname = "alice"\n"{}" = 2',
        "[{}]",
        '[[key]]\nname = "alice"\nmax_n = "{}"',
    )
    settings = []
    for number, content in enumerate(form.format(secret) for form in forms for secret in SECRETS):
        path = tmp_path / f"{number}.toml"
        path.write_bytes(content.encode(errors="surrogateescape"))
        settings.append({"CERTIFY_KEYS_FILE": str(path)})
    assert {ended for _, ended in told_by("service.__main__", settings)} == {"2"}


class Refusal(BaseHTTPRequestHandler):
    """A service and proxy that refuses every request at once."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_CONNECT = do_GET  # noqa: N815 - as above

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[str]:
    """Address of something that answers 401 to all."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as serving, ThreadPoolExecutor(1) as pool:
        pool.submit(serving.serve_forever, 0.05)
        yield f"127.0.0.1:{serving.server_port}"
        serving.shutdown()


def test_what_the_certify_command_is_told(tmp_path: Path, refusing: str) -> None:
    settings = everywhere("CERTIFY_API_KEY")
    for number, secret in enumerate(SECRETS):
        path = tmp_path / f"{number}.key"
        path.write_bytes(f"{secret}\n".encode(errors="surrogateescape"))
        settings.append({"CERTIFY_API_KEY_FILE": str(path)})
    settings = [{"CERTIFY_URL": f"http://{refusing}"} | setting for setting in settings]
    users = (f"http://user:{{}}@{refusing}", f"http://{{}}@{refusing}", "ftp://user:{}@h", "http://u:{}@[::1")
    settings += everywhere("CERTIFY_URL", forms=[*users, f"http://{refusing}/?key={{}}", "{}"])
    proxied = everywhere("http_proxy", forms=users)
    settings += [{"CERTIFY_URL": "http://nowhere.invalid"} | setting for setting in proxied]
    found = {ended for _, ended in told_by("certify_client.cli", settings, "models")}
    assert found <= {"2", "6"}, found


@pytest.mark.own_server
def test_what_is_logged_while_secrets_are_in_use(server: Server, half_spaces: Path, tmp_path: Path) -> None:
    """The password is right at first, so that its odd characters are shown to reach store and queue."""
    secret = BEFORE + "".join(odd for odd in ODD if odd != "\udcff") + BEHIND
    url = f"redis://:{quote(secret, safe='')}@127.0.0.1:{server.port}/0"
    with connect(JobsSettings(redis_url=server.url)) as client:
        client.config_set("requirepass", secret)
    worker = Worker(url, half_spaces, tmp_path / "worker.log", processes=1, log_level="debug")
    folder = tmp_path / "models"
    with running_gateway(tmp_path, url, write_models(folder), log_level="debug") as gateway:
        worker.start()
        try:
            ready = f"{gateway.url}/health/ready"
            wait_until(lambda: httpx.get(ready).status_code == 200, "a worker")
            sent = {"data": {"model": "grey"}, "files": {"image": encode(RAMP)}}
            assert httpx.post(f"{gateway.url}/v1/certifications", **sent).status_code == 202  # type: ignore[arg-type]
            with connect(JobsSettings(redis_url=url)) as client:
                client.config_set("requirepass", "another")
                client.client_kill_filter(_type="normal", skipme=False)
            wait_until(
                lambda: "refuses the user or the password" in worker.log_text(), "the worker to say so"
            )
            told = [httpx.get(ready).text]
            told += [httpx.post(f"{gateway.url}/v1/certifications", **sent).text]  # type: ignore[arg-type]
        finally:
            worker.kill()
    for text in (*told, gateway.log, worker.log_text()):
        assert_kept(text)
    assert "store-unavailable" in gateway.log
