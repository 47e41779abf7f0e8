"""Documents that ``certify verify`` is given: whatever readers could take in two ways is refused."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from certificates import DIPOLE
from tests.certify_client.conftest import Certify
from tests.support.plain_certificates import plain

TEXT = json.dumps(plain(DIPOLE))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
    ],
    ids=["UTF-8", "UTF-8 with BOM", "UTF-16 with BOM", "UTF-16", "UTF-16 BE with BOM", "UTF-32"],
)
def test_encodings(command: Certify, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    for done in (command("verify", path), command("verify", "-", stdin=content)):
        assert done.returncode == 0, done.stderr
        assert "The claim holds" in done.stdout


UNREADABLE = {
    "a radius given twice": (TEXT.replace('"radius":', '"radius": 0.1, "radius":'), "'radius' is given more"),
    "spelt twice": (TEXT.replace('"radius":', '"r\\u0061dius": 9, "radius":'), "'radius' is given more"),
    "a certificate given twice": ('{"certificate": {}, ' + TEXT[1:], "'certificate' is given more than once"),
    "deep": ("[" * 100_000, "nested too deeply"),
    "deep objects": ('{"a":' * 100_000, "nested too deeply"),
    "NaN": (TEXT.replace('"eta": 0.001', '"eta": NaN'), "NaN is not a JSON number"),
    "infinite": ('{"radius": -Infinity}', "-Infinity is not a JSON number"),
    "long number": ('{"radius": ' + "9" * 5000 + "}", "cannot be read"),
    "cut off": (TEXT[:-1], "cannot be read: it is not JSON (Expecting"),
    "a table of radii": (
        "idx\tlabel\n0\t3\n",
        "cannot be read: it is not JSON (Expecting value: line 1 column 1",
    ),
    "nothing": ("", "is empty"),
    "blank": (" \n", "cannot be read: "),
    "Latin-1": (b'{"label": "\xe9"}', "byte 11 is not valid utf-8"),
    "half a character": (codecs.BOM_UTF16_LE + b"{", "is not valid utf-16"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(20), "cannot be read: "),
    "a number": ("1", "not a JSON object"),
    "no certificate": ("{}", "radius is missing: a certificate holds"),
}


@pytest.mark.parametrize(("content", "said"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(command: Certify, content: str | bytes, said: str) -> None:
    done = command("verify", "-", stdin=content)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
