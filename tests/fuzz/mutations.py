"""Loads shipped models with some bytes changed: ``python -m tests.fuzz.mutations FIRST COUNT``.

Prints a line before and after each case, so that whoever started it knows which one ended the process.
"""

from __future__ import annotations

import contextlib
import io
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from registry import ModelError
from registry.manifest import load_manifest
from tests.support.model_folders import write_folder
from tests.support.places import SHIPPED_MODELS
from worker.runtimes.runtime_loading import load_runtime

MODELS = SHIPPED_MODELS
KINDS = ["swiss-roll", "mnist", "mnist-torchscript"]
EDGE = 3000
"""Names, shapes and directories stand near the ends of these files, weights between."""
MEMORY = 8 * 2**30


def mutated(data: bytes, case: int) -> bytes:
    """Change, cut, insert or repeat bytes; the case decides what."""
    rng = np.random.Generator(np.random.PCG64(case))
    spoiled = bytearray(data)
    for _ in range(int(rng.integers(1, 3))):
        inner = int(rng.integers(0, len(spoiled)))
        near = int(rng.integers(0, min(EDGE, len(spoiled))))
        place = (inner, near, len(spoiled) - 1 - near)[int(rng.integers(0, 3))]
        length = int(rng.integers(1, 20))
        match int(rng.integers(0, 10)):
            case 0:
                del spoiled[place : place + length]
            case 1:
                spoiled[place:place] = rng.bytes(length)
            case 2:
                spoiled[place:place] = spoiled[place : place + length]
            case 3:
                spoiled[place : place + length] = b"\xff" * length
            case _:
                spoiled[place] = int(rng.integers(0, 256))
        if len(spoiled) < 2:
            break
    return bytes(spoiled)


def outcome(case: int) -> str:
    """Try one case: ``votes``, or the name of the error that it ends with."""
    manifest = load_manifest(MODELS / KINDS[case % len(KINDS)])
    data = mutated(manifest.weights.read_bytes(), case)
    with TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()):
        folder = write_folder(
            Path(name),
            manifest.name,
            data,
            file=manifest.file,
            fields={"runtime": manifest.runtime, "labels": list(manifest.labels), "batch_size": 4},
            input_table={"kind": "tensor", "shape": list(manifest.input.shape), "low": 0.0, "high": 1.0},
        )
        try:
            runtime = load_runtime(load_manifest(folder), "cpu", 1)
            votes = runtime.votes(np.full((4, *manifest.input.shape), 0.3, np.float32))
        except ModelError as error:
            return type(error).__name__
        assert votes.shape == (4,)
        assert int(votes.min()) >= 0
        assert int(votes.max()) < runtime.classes
        return "votes"


def main() -> None:
    """Try ``COUNT`` cases from ``FIRST`` on, within bounds of memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    torch.set_num_threads(1)
    first, count = int(sys.argv[1]), int(sys.argv[2])
    for case in range(first, first + count):
        sys.stdout.write(f"case {case}\n")
        sys.stdout.flush()
        result = outcome(case)
        sys.stdout.write(f"{result}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
