"""Where the gateway starts without API keys, and with a file of keys that it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.auth.keyring import new_key
from service.gateway_settings import GatewaySettings
from tests.support.refusals import Start, starting


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with starting("service") as gateway:
        yield gateway


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "gateway.example"])
def test_an_address_that_others_can_reach_needs_keys_or_an_explicit_word(host: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="CERTIFY_KEYS_FILE"):
        GatewaySettings(host=host)
    assert GatewaySettings(host=host, allow_anonymous=True).host == host
    assert GatewaySettings(host=host, keys_file=tmp_path / "keys.toml").host == host


def test_it_does_not_start_without_keys_where_others_can_reach_it(start: Start) -> None:
    done = start(host="0.0.0.0", port="0")
    assert done.returncode == 2
    assert "CERTIFY_KEYS_FILE" in done.stderr
    assert "CERTIFY_ALLOW_ANONYMOUS" in done.stderr


def test_it_does_not_start_with_a_keys_file_that_cannot_be_read(start: Start, tmp_path: Path) -> None:
    done = start(keys_file=str(tmp_path / "absent.toml"), port="0")
    assert done.returncode == 2
    assert "the file that CERTIFY_KEYS_FILE names cannot be read: No such file or directory" in done.stderr


@pytest.mark.parametrize("form", ["{}", "./{}", "{}\n", "/dev/null/{}", "{}" * 100])
def test_a_key_in_place_of_the_path_is_not_shown(start: Start, form: str) -> None:
    key = new_key()
    done = start(keys_file=form.format(*[key] * 100), port="0")
    assert done.returncode == 2
    assert "the file that CERTIFY_KEYS_FILE names cannot be read: " in done.stderr
    assert key[:20] not in done.stdout + done.stderr
