"""The table of shipped models says of each what its manifest says."""

from __future__ import annotations

import re

import pytest

from registry import Registry
from tests.support.places import ROOT, SHIPPED_MODELS

ROW = re.compile(r"\| `([\w.-]+)` \| (\d+) \| (\S+) \| ([\d.]+%) \| ([\d.]+%) at ([\d.]+) \| (\d+) kB \|")
ROWS = ROW.findall((ROOT / "docs" / "models.md").read_text())
REGISTRY = Registry(SHIPPED_MODELS)


def test_it_has_every_model_of_digits() -> None:
    assert [row[0] for row in ROWS] == [name for name in REGISTRY.names() if name.startswith("mnist")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_what_the_manifest_says(row: tuple[str, ...]) -> None:
    name, d, trained, right, noisy, sigma, size = row
    manifest = REGISTRY.get(name)
    assert int(d) == manifest.d
    assert trained == ("none" if manifest.trained_sigma is None else f"{manifest.trained_sigma:g}")
    assert f"{right} right, {noisy} of their noisy copies at sigma {sigma}." in (manifest.description or "")
    assert int(size) == round(manifest.weights.stat().st_size / 1000)
