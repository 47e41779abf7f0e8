"""Read programs of ``torch.export`` (.pt2): converted to ONNX."""

from __future__ import annotations

from pathlib import Path

import torch

from importing.draft import Draft
from importing.file_kinds import FileKind
from importing.import_options import ImportOptions
from importing.pytorch.onnx_export import exported_program
from importing.pytorch.program_files import load_program
from importing.readers.network_drafts import (
    draft_of_exported,
    named_hints,
    original_of,
    proved_by,
    with_hints,
)


def read_program(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read a program of torch.export; see ``importing.readers.reader.Reader``."""
    program = load_program(path)
    data = exported_program(program, path.name)
    steps = (f"exported to ONNX by PyTorch {torch.__version__}",)
    draft = draft_of_exported(data, original_of(path, kind.said), options, steps)
    return with_hints(proved_by(program.module(), draft), named_hints(options))
