"""A service that asks for API keys: how the client finds its key, and what it says without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from certify_client import CertificationClient, Parameters, RequestRefused
from service.auth.keyring import hash_key, new_key
from tests.certify_client.conftest import Certify, Ended
from tests.support.gateway import running_gateway
from tests.support.image_folders import GREY, write_model
from tests.support.server import running_server

KEY = new_key()


@pytest.fixture(scope="module")
def guarded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("guarded")
    write_model(folder / "models", "grey", GREY)
    keys_file = folder / "keys.toml"
    keys_file.write_text(f'[[key]]\nname = "me"\nsha256 = "{hash_key(KEY)}"\n')
    data = folder / "valkey"
    data.mkdir()
    with (
        running_server(data) as server,
        running_gateway(folder, server.url, folder / "models", keys_file=keys_file) as gateway,
    ):
        yield gateway.url


@pytest.fixture
def models(command: Certify, guarded_url: str, monkeypatch: pytest.MonkeyPatch) -> Certify:
    """Run ``certify models`` with options, and with settings in its environment."""

    def run(*options: str, **environment: str) -> Ended:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            return command("models", "--url", guarded_url, *options)

    return run


def test_without_a_key_it_says_what_to_do(models: Certify) -> None:
    done = models()
    assert done.returncode == 2
    assert "API key" in done.stderr


def test_the_key_comes_from_a_file_or_the_environment(models: Certify, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(KEY + "\n")
    for done in (models("--api-key-file", str(path)), models(CERTIFY_API_KEY=KEY)):
        assert done.returncode == 0, done.stderr
        assert "grey" in done.stdout


FILE = "the file that --api-key-file or CERTIFY_API_KEY_FILE names"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is empty"),
        (b"\xff\xfe", "cannot be read: an API key is ASCII text"),
        (b"k" * 5000, "holds more than 4,096 bytes, which is too much"),
    ],
)
def test_what_is_wrong_with_a_key_file_is_said(
    models: Certify, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    done = models("--api-key-file", str(path))
    assert done.returncode == 2
    assert done.stderr == f"{FILE} {said}\n"


@pytest.mark.parametrize("form", ["{}", "./{}", "{}\n", "/dev/null/{}", "{}" * 100])
def test_a_key_in_place_of_the_path_is_not_shown(models: Certify, form: str) -> None:
    given = form.format(*[KEY] * 100)
    for debug in ("", "1"):
        for done in (
            models("--api-key-file", given, CERTIFY_DEBUG=debug),
            models(CERTIFY_API_KEY_FILE=given, CERTIFY_DEBUG=debug),
        ):
            assert done.returncode == 2
            assert f"{FILE} cannot be read: " in done.stderr
            assert KEY[:20] not in done.stdout + done.stderr


def test_the_library_takes_the_key(guarded_url: str) -> None:
    with CertificationClient(guarded_url, api_key=KEY) as client:
        assert [model.name for model in client.models()] == ["grey"]
        job = client.submit(np.zeros((1, 4, 4)), Parameters("grey"))
        assert client.cancel(job.id).status == "cancelled"
    with (
        CertificationClient(guarded_url, api_key=new_key()) as client,
        pytest.raises(RequestRefused) as caught,
    ):
        client.models()
    assert caught.value.problem.kind == "unauthorized"
