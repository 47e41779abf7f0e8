"""Make a draft of a model of the models directory, to make another model of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from importing.draft import Draft, Original, OriginalScores
from importing.import_errors import ImportRefused
from importing.rewriting.original_function import session
from registry import ModelError, Registry
from registry.manifest import read_weights


def draft_of_model(models: Path, name: str) -> Draft:
    """Return the draft of a model as it is, with all that its manifest says.

    Raises ImportRefused if there is no usable model of this name, or if it is not in ONNX.
    """
    try:
        manifest = Registry(models).get(name)
        if manifest.runtime != "onnx":
            raise ImportRefused(
                f"{name} is a model for the runtime {manifest.runtime}, and only ONNX files can be changed: "
                "export it to ONNX, as docs/models.md says"
            )
        data = read_weights(manifest)
    except ModelError as error:
        raise ImportRefused(f"{error}: certify-models list names the models") from error
    return Draft(
        original=Original(manifest.file, manifest.sha256, f"the file of the model {name}"),
        runtime=manifest.runtime,
        file=manifest.file,
        data=data,
        original_scores=_scores(name, data),
        input=manifest.input,
        classes=len(manifest.labels),
        normalisation=manifest.normalisation,
        labels=manifest.labels,
        trained_sigma=manifest.trained_sigma,
        batch_size=manifest.batch_size,
        threads=manifest.threads,
        description=manifest.description,
        licence=manifest.licence,
        source=manifest.source,
    )


def _scores(name: str, data: bytes) -> OriginalScores:
    loaded = session(name, onnx.load_model_from_string(data))

    def scores(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(loaded.run(None, {loaded.get_inputs()[0].name: batch})[0], np.float32)

    return scores
