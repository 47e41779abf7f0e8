"""``--plot`` writes the certificate's curve to a file."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.certify_client.conftest import Certify


def test_a_picture_is_written_beside_the_answer(certify: Certify, digit: Path, tmp_path: Path) -> None:
    file = tmp_path / "curve.svg"
    done = certify(digit, "--model", "mnist", "--n", "2000", "--plot", file, "--json")
    assert done.returncode == 0, done.stderr
    radius = json.loads(done.stdout)["certificate"]["radius"]
    svg = ET.parse(file).getroot()  # noqa: S314 - the picture is our own
    assert f"radius {radius:g}" in "".join(svg.itertext())
    file.unlink()
    again = certify("show", "--plot", file, "--", json.loads(done.stdout)["id"])
    assert again.returncode == 0, again.stderr
    assert file.read_bytes().startswith(b"<?xml")


def test_a_file_that_cannot_be_written_is_told(certify: Certify, digit: Path, tmp_path: Path) -> None:
    done = certify(digit, "--model", "mnist", "--n", "2000", "--plot", tmp_path / "missing" / "a.svg")
    assert done.returncode == 2
    assert "Certified" in done.stdout
    assert "cannot be written: No such file or directory" in done.stderr


def test_a_decision_without_a_curve_is_told(certify: Certify, digit: Path, tmp_path: Path) -> None:
    options = ("--certifier", "first_order", "--decision", "multiclass", "--plot", tmp_path / "a.svg")
    done = certify(digit, "--model", "mnist", "--n", "2000", *options)
    assert done.returncode == 2
    assert "classes meet" in done.stderr
    assert not (tmp_path / "a.svg").exists()
