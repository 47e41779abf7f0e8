"""Build an image classifier of transformers from a folder of Hugging Face; no code in it is run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from importing.hints.torchvision_import import prepare_torchvision
from importing.import_errors import ImportRefused, reason
from importing.pytorch.weights_files import beyond_weights_in, pickle_words

_TASK = "ForImageClassification"


class Logits(torch.nn.Module):
    """A classifier of transformers as a function from pictures to scores."""

    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the scores, shape (rows, classes)."""
        scores: torch.Tensor = self.inner(pixel_values=pictures).logits
        return scores


def network_of_folder(path: Path, weights: str, config: Mapping[str, Any]) -> Logits:
    """Return the classifier of a folder with weights. Raises ImportRefused if transformers cannot make it.

    Code of the folder itself (``auto_map``) is never run.
    """
    named = config.get("architectures") or [None]
    name = named[0] if isinstance(named, list) else None
    prepare_torchvision()
    import transformers  # noqa: PLC0415 - takes seconds, and torchvision must be prepared

    kind: Any = getattr(transformers, name, None) if isinstance(name, str) and name.isidentifier() else None
    if kind is None or _TASK not in str(name):
        raise ImportRefused(
            f"{path / 'config.json'}: architectures is {named!r}, which is no image classifier of "
            f"transformers {transformers.__version__}: name a folder of a model whose class ends in {_TASK}"
        )
    if weights.endswith(".bin") and (names := beyond_weights_in(path / weights)):
        raise ImportRefused(pickle_words(path / weights, names))
    return Logits(_loaded(kind, path))


def _loaded(kind: Any, path: Path) -> torch.nn.Module:
    import transformers.utils.logging as talk  # noqa: PLC0415 - as above

    talk.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped there
    talk.set_verbosity_error()  # type: ignore[no-untyped-call]  # untyped there
    try:
        network, report = kind.from_pretrained(
            str(path),
            local_files_only=True,
            trust_remote_code=False,
            weights_only=True,
            dtype=torch.float32,
            attn_implementation="eager",
            output_loading_info=True,
        )
    except Exception as error:  # transformers raises whatever a damaged folder makes it meet
        raise ImportRefused(
            f"{path} cannot be loaded by transformers ({reason(error)}): copy it again, or export the "
            "model to ONNX"
        ) from error
    lacking = sorted(report["missing_keys"]) or [name for name, *_ in report["mismatched_keys"]]
    if lacking:
        raise ImportRefused(
            f"{path} does not hold all weights of the network: it lacks {', '.join(lacking[:3])}"
        )
    module: torch.nn.Module = network
    return module
