"""Whether the scores of a row depend on its neighbours or on its place in a pass, and by how much.

    python -m benchmarks.rows                                    # the shipped models, and a ResNet-20
    python -m benchmarks.rows --models efficientnet-lite0        # after `make efficientnet-lite0`

Each row is given beside other rows at its place, and then at another place. Differences are in ulps of the
largest score of the model in the precision of computation.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks import machine, networks
from registry import ModelManifest, Registry
from registry.manifest import load_manifest
from scripts.export import Value, write_model
from worker.fixed_function.lineups import LineUps
from worker.fixed_function.place_rounding import ULP
from worker.runtimes.runtime_loading import load_runtime

MODELS = ("mnist", "mnist-torchscript", "swiss-roll", "cifar-resnet")
ROWS = (2, 6, 8, 32, 34, 100, 128, 1024)
LARGEST = 2**20
"""Passes with more elements than this are not measured. A choice; it bounds the time."""
SLOW = 2**15
"""The same limit on a processor in bfloat16, which few processors compute fast."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Number of rows, largest differences beside other rows and at other places, rows that differ there."""

    given: int
    beside: float
    elsewhere: float
    rounded: int


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="+", default=MODELS, help=f"default: {' '.join(MODELS)}")
    names: list[str] = parser.parse_args().models
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    print("| model | runtime | precision | rows | threads | beside others | at other places | rows differ |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            networks.prepare(Path(folder), name)
            for manifest in _variants(Registry(Path(folder)).get(name), Path(folder)):
                _measure(manifest)


def _variants(manifest: ModelManifest, models: Path) -> list[ModelManifest]:
    """Return the model; if its network is known, also as TorchScript in two precisions."""
    try:
        net = networks.eager(manifest)
    except networks.ModelMissing:
        return [manifest]
    made = [manifest]
    for precision in ("float32", "bfloat16"):
        folder = models / f"{manifest.name}-{precision}"
        fields: dict[str, Value] = {
            "description": "For this measurement",
            "runtime": "torchscript",
            "precision": precision,
            "labels": list(manifest.labels),
            "licence": "as this project",
            "source": "benchmarks/rows.py",
        }
        scale, shape = manifest.input, list(manifest.input.shape)
        table: dict[str, Value] = {"kind": "tensor", "shape": shape, "low": scale.low, "high": scale.high}
        write_model(folder, "model.pt", _traced(net, scale.shape), fields, {"input": table})
        made.append(load_manifest(folder))
    return made


def _traced(net: torch.nn.Module, shape: tuple[int, ...]) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".pt") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*torch\.jit.*", category=DeprecationWarning)
        torch.jit.trace(net.eval(), torch.rand(2, *shape)).save(file.name)  # type: ignore[no-untyped-call]
        return Path(file.name).read_bytes()


def _measure(manifest: ModelManifest) -> None:
    largest = SLOW if manifest.precision == "bfloat16" else LARGEST
    for rows, threads in itertools.product(ROWS, (1, 2)):
        if rows * manifest.d > max(largest, 2 * manifest.d):
            continue
        found = _differences(manifest, rows, threads)
        print(
            f"| {manifest.name} | {manifest.runtime} | {manifest.precision or 'as in the file'} | {rows} | "
            f"{threads} | {found.beside:.2g} | {found.elsewhere:.2g} | {found.rounded} of {found.given} |",
            flush=True,
        )


def _differences(manifest: ModelManifest, rows: int, threads: int) -> Difference:
    """Look at all rows of the line-ups, as loading does."""
    runtime = load_runtime(manifest, "cpu", threads, rows)
    line_ups = LineUps(manifest, rows)
    scores = [runtime.scores(line_ups.strangers(index)) for index in range(line_ups.passes)]
    ulp = ULP[manifest.precision] * float(np.abs(np.concatenate(scores)).max())
    beside, elsewhere, rounded = 0.0, 0.0, 0
    for index, before in enumerate(scores):
        batch, places = line_ups.beside_strangers(index), line_ups.moves(index)
        expected = before.copy()
        expected[1::2] = scores[(index + 1) % len(scores)][1::2]
        moved = np.empty_like(batch)
        moved[places] = batch
        beside = max(beside, float(np.abs(runtime.scores(batch) - expected).max()))
        apart = np.abs(runtime.scores(moved)[places] - expected)
        elsewhere = max(elsewhere, float(apart.max()))
        rounded += int((apart.max(axis=1) > 0).sum())
        kind, side = index % len(line_ups.extremes), index % 2
        changed = line_ups.strangers(index)
        changed[side::2] = line_ups.extreme(kind)
        apart = np.abs(runtime.scores(changed) - before)[1 - side :: 2]
        beside = max(beside, float(apart.max()))
    return Difference(rows * len(scores), beside / ulp, elsewhere / ulp, rounded)


if __name__ == "__main__":
    main()
