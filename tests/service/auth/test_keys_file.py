"""The file of API keys: how it is made, read again, and refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from service.auth.keyring import Keyring, KeysFileError
from tests.support.api_keys import ALICE, KEYS, Ask, entry, replace
from tests.support.gateway import Gateway
from tests.support.problems import check_problem


@pytest.mark.parametrize("content", ["[[key]\n", '[[key]]\nname = "x"\nsha256 = "short"\n', "\xff", None])
def test_a_file_that_cannot_be_read_admits_nobody_until_it_can(
    ask: Ask, keys_file: Path, guarded: Gateway, content: str | None
) -> None:
    if content is None:
        keys_file.unlink()
    else:
        keys_file.write_text(content, encoding="latin-1")
    problem = check_problem(ask("GET", "/v1/models", ALICE), "not-ready", 503)
    assert str(keys_file) not in problem["detail"]
    assert "the file that CERTIFY_KEYS_FILE names cannot be read" in guarded.log
    replace(keys_file, KEYS)
    assert ask("GET", "/v1/models", ALICE).status_code == 200


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            '[[key]]\nname = "A b"\nsha256 = "' + "0" * 64 + '"\n',
            "key.0.name: must be up to 63 of the letters",
        ),
        ('[[key]]\nname = "a"\n', "key.0.sha256: is required"),
        (
            '[[key]]\nname = "a"\nsha256 = "' + "0" * 64 + '"\nmax_jobs = 3\n',
            r"key.0.max_jobs: is not a field of this file; did you mean `max_active_jobs`\?",
        ),
        (
            '[[key]]\nname = "a"\nsha256 = "' + "0" * 64 + '"\nmax_n = "many"\n',
            "key.0.max_n: must be a whole number",
        ),
        (entry("a", ALICE) + entry("b", ALICE), "same sha256"),
        ("keys = 3", r"keys: is not a field of this file; did you mean `key`\?"),
        ('[[key]]\nname = "a"\nsha256 = "1"\n', "key.0.sha256: must be the 64 hexadecimal digits"),
    ],
)
def test_a_senseless_file_is_refused_with_the_place(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(content)
    with pytest.raises(KeysFileError, match=said):
        Keyring(path)


def test_an_empty_file_admits_nobody(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text("")
    assert Keyring(path).find(ALICE) is None


def test_a_key_is_drawn_told_once_and_accepted(tmp_path: Path) -> None:
    drawn = [
        subprocess.run(
            [sys.executable, "-m", "service.auth.new_key", "new", "carol"],
            capture_output=True,
            text=True,
            check=True,
        )
        for _ in range(2)
    ]
    keys = [done.stderr.splitlines()[-1] for done in drawn]
    assert len(set(keys)) == 2
    assert all(len(key) >= 43 for key in keys)
    path = tmp_path / "keys.toml"
    path.write_text("".join(done.stdout for done in drawn))
    assert keys[0] not in path.read_text()
    for key in keys:
        found = Keyring(path).find(key)
        assert found is not None
        assert found.name == "carol"


@pytest.mark.parametrize("arguments", [[], ["new"], ["new", "Not a name"]])
def test_the_command_says_what_it_needs(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service.auth.new_key", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage" in done.stderr
