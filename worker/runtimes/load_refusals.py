"""Say why a runtime could not load or try a file, and what to do; the library's own message comes last."""

from __future__ import annotations

import re

from registry import ModelManifest
from worker.runtimes.runtime_errors import RuntimeLoadError

_OUTSIDE = re.compile(r"\bExternal (data|initializer)")
_NO_PROTOBUF = re.compile(r"INVALID_PROTOBUF|No graph was found")
_ARCHIVE = re.compile(r"(PytorchStreamReader failed.*?)\. This is an internal miniz error.*", re.DOTALL)


def onnx_unloadable(manifest: ModelManifest, error: Exception) -> RuntimeLoadError:
    """Return the error to raise if ONNX Runtime cannot load a file."""
    said, file = str(error), manifest.file
    if _OUTSIDE.search(said):
        return _refused(
            manifest,
            f"{file} keeps weights in another file, and no other file is ever read: the sha256 in model.toml "
            "covers this one alone. Export everything into one file (torch.onnx.export with "
            f'external_data=False; or onnx.save_model(onnx.load("{file}"), "one.onnx"), where the other file '
            "lies beside it)",
            said,
        )
    if _NO_PROTOBUF.search(said):
        return _refused(
            manifest, f"{file} is not a complete ONNX file: cut short, damaged, or something else", said
        )
    return _refused(manifest, f"ONNX Runtime cannot load {file}", said)


def torchscript_unloadable(manifest: ModelManifest, error: Exception) -> RuntimeLoadError:
    """Return the error to raise if PyTorch cannot load a file."""
    said = str(error)
    if damaged := _ARCHIVE.search(said):
        return _refused(
            manifest, f"{manifest.file} is not a complete TorchScript file: copy it again", damaged.group(1)
        )
    return _refused(manifest, f"PyTorch cannot load {manifest.file} as asked", said)


def trial_failed(manifest: ModelManifest, rows: int, error: Exception) -> RuntimeLoadError:
    """Return the error to raise if a loaded file fails on its first batch."""
    shape = list(manifest.input.shape)
    return RuntimeLoadError(
        f"model {manifest.name!r}: a trial batch of {rows} inputs of shape {shape} failed: {error}; a file "
        "that was exported for another number of rows must be exported with a dynamic batch",
    )


def fixed_batch(manifest: ModelManifest, fixed: int) -> RuntimeLoadError:
    """Return the error to raise if a file accepts only one number of rows, and not the requested one."""
    even = f", or set batch_size = {fixed} in model.toml" if fixed > 0 and fixed % 2 == 0 else ""
    return RuntimeLoadError(
        f"model {manifest.name!r}: the file has a fixed batch of {fixed}; export it with a dynamic "
        f"batch{even}",
    )


def _refused(manifest: ModelManifest, said: str, by_the_library: str) -> RuntimeLoadError:
    return RuntimeLoadError(f"model {manifest.name!r}: {said}: {by_the_library}")
