"""Read TorchScript files: kept as they are where workers can run them so, else converted to ONNX."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from importing.draft import Draft, Original, OriginalScores
from importing.file_kinds import FileKind
from importing.import_errors import ImportRefused, reason
from importing.import_options import ImportOptions, Layout, RunBy
from importing.manifest_drafting import image_or_tensor
from importing.pytorch.input_shapes import tried_shape
from importing.pytorch.zip_checks import checked_members
from importing.readers.network_drafts import draft_of_module, in_float32, named_hints, original_of, with_hints

_TOLERANCES: Final = {torch.float16: 0.02, torch.bfloat16: 0.1}
"""Accepted difference from the original's scores, as a share of the largest, where the original computes with
11 or 8 binary digits: some ten times what a network of twenty layers loses."""
_READ_OR_WRITE: Final = frozenset({"aten::from_file", "aten::save"})
"""Operators that open files, which no classifier needs."""


def read_torchscript(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read a TorchScript file; see ``importing.readers.reader.Reader``."""
    checked_members(path)
    module = _loaded(path)
    original, hints = original_of(path, kind.said), named_hints(options)
    steps = in_float32(module)
    shape = options.shape or hints.shape or tried_shape(module, path.name)
    classes = (
        None if options.layout is Layout.NHWC or options.runtime is RunBy.ONNX else _classes(module, shape)
    )
    if classes is None:
        return draft_of_module(module, original, hints, replace(options, shape=shape), steps)
    draft = _kept(module, path.read_bytes(), original, shape, classes)
    if steps:
        draft = replace(draft, data=_saved(module), steps=steps, **_as_it_was(path))
    return with_hints(draft, hints)


def _kept(
    module: torch.jit.ScriptModule,
    data: bytes,
    original: Original,
    shape: tuple[int, ...],
    classes: int,
) -> Draft:
    return Draft(
        original=original,
        runtime="torchscript",
        file="model.pt",
        data=data,
        original_scores=_scores_of(module, torch.float32),
        input=image_or_tensor(shape),
        classes=classes,
    )


def _as_it_was(path: Path) -> dict[str, Any]:
    """Return what to compare converted weights with: the file as it is, in its own precision."""
    module = _loaded(path)
    kind = min((each.dtype for each in module.parameters()), key=lambda kind: kind.itemsize)
    return {"original_scores": _scores_of(module, kind), "tolerance": _TOLERANCES.get(kind, 1e-4)}


def _scores_of(module: torch.jit.ScriptModule, kind: torch.dtype) -> OriginalScores:
    def scores(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]  # public, not in __all__
            computed: NDArray[np.float32] = module(torch.from_numpy(batch).to(kind)).float().numpy()
        return computed

    return scores


def _loaded(path: Path) -> torch.jit.ScriptModule:
    """Load a file that opens no other files. Raises ImportRefused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch advises torch.export over TorchScript
        load = torch.jit.load
        try:
            module: torch.jit.ScriptModule = load(path, map_location="cpu")  # type: ignore[no-untyped-call]
            found = {str(node.kind()) for node in _nodes(module.inlined_graph)}
        except Exception as error:  # a broken archive raises RuntimeError, ValueError and others
            raise ImportRefused(
                f"{path} is TorchScript that cannot be loaded ({reason(error)}): copy or export it again"
            ) from error
    if refused := sorted(found & _READ_OR_WRITE):
        raise ImportRefused(f"{path} opens other files ({', '.join(refused)}): no classifier needs that")
    return module.eval()


def _nodes(block: Any) -> Iterator[Any]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _nodes(inner)


def _classes(module: torch.jit.ScriptModule, shape: tuple[int, ...]) -> int | None:
    """Return the number of scores, if workers can run the network as it is; None if it must be converted."""
    try:
        with torch.inference_mode():
            scores: object = module(torch.zeros(2, *shape))
    except Exception:  # noqa: BLE001 - another type of input, or another number of rows: the conversion tells
        return None
    fits = isinstance(scores, torch.Tensor) and scores.dim() == 2 and len(scores) == 2
    classes = scores.shape[1] if fits and isinstance(scores, torch.Tensor) else 0
    return classes if classes > 1 else None


def _saved(module: torch.jit.ScriptModule) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        torch.jit.save(module, out)
    return out.getvalue()
