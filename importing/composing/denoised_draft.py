"""Put a denoiser before a classifier: the draft of one model, certified as one function of the noisy input.

Sources: Salman, Sun, Yang, Kapoor and Kolter, "Denoised Smoothing: A Provable Defense for Pretrained
Classifiers" (2020); Carlini, Tramer, Dvijotham, Rice, Sun and Kolter, "(Certified!!) Adversarial Robustness
for Free!" (2023).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from importing.composing.denoiser_file import Denoiser, read_denoiser
from importing.composing.joined_graphs import Link, joined
from importing.composing.scale_change import ScaleChange
from importing.draft import Draft, Guess, Original
from importing.import_errors import ImportRefused
from importing.import_options import Scale
from importing.onnx_opsets import opset_of


def denoised(path: Path, scale: Scale | None, classifier: Draft, sigma: float | None) -> Draft:
    """Return the draft of the denoiser at ``path`` followed by a settled classifier.

    ``scale``: the range of pixels that the denoiser takes and gives; None: that of the classifier's input.
    ``sigma``: noise that the denoiser was trained with, if any one. The classifier's normalisation becomes
    part of the file, since it follows the denoiser. Raises ImportRefused if the two do not fit each other.
    """
    _require_joinable(classifier)
    denoiser = read_denoiser(path, classifier.input.shape)
    own, norm = classifier.input.scale, classifier.normalisation
    before = ScaleChange.between(own, scale.ends if scale else own)
    back = ScaleChange.between(scale.ends if scale else own, own)
    normal = ScaleChange.normalising(norm.mean, norm.std) if norm else ScaleChange.between(own, own)

    def one_after_the_other(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        clean = back.of(denoiser.of(before.of(batch)))
        return classifier.original_scores(normal.of(clean))

    return replace(
        classifier,
        file="model.onnx",
        data=_joined(denoiser, before, back.then(normal), classifier),
        original_scores=one_after_the_other,
        normalisation=None,
        tolerance=max(classifier.tolerance, denoiser.tolerance),
        trained_sigma=sigma,
        also=(Original(denoiser.name, denoiser.sha256, "a denoiser in ONNX"),),
        steps=(*classifier.steps, *denoiser.steps, *_steps(denoiser, classifier, before)),
        guesses=(*_of_classifier(classifier), *_guesses(classifier, scale, sigma)),
    )


def _require_joinable(classifier: Draft) -> None:
    if classifier.runtime != "onnx":
        raise ImportRefused(
            f"{classifier.original.name} is for the runtime {classifier.runtime}; a denoiser can be put "
            "before an ONNX file alone: export the classifier to ONNX, as docs/models.md says"
        )
    if classifier.whole_pixels:
        raise ImportRefused(
            f"{classifier.original.name} takes whole numbers as pixels, which no denoiser gives: export the "
            "classifier with an input of float32"
        )


def _joined(denoiser: Denoiser, before: ScaleChange, after: ScaleChange, classifier: Draft) -> bytes:
    """Return the ONNX file of denoiser, changes of scale, and classifier."""
    last = onnx.load_model_from_string(classifier.data)
    shape, opset, version = classifier.input.shape, opset_of(last), last.ir_version
    links = [
        Link("the change of scale", "to_denoiser", before.graph(shape, opset, version)),
        Link(denoiser.name, "denoiser", denoiser.model),
        Link("the change of scale", "to_classifier", after.graph(shape, opset, version)),
        Link(classifier.original.name, "classifier", last),
    ]
    idle = {"to_denoiser": before.is_identity, "to_classifier": after.is_identity}
    whole = joined([link for link in links if not idle.get(link.prefix, False)])
    return bytes(whole.SerializeToString(deterministic=True))


def _steps(denoiser: Denoiser, classifier: Draft, before: ScaleChange) -> list[str]:
    steps = [f"the denoiser {denoiser.name} was put before it"]
    if not before.is_identity:
        steps.append("pixels are brought to the denoiser's range, and its answer back")
    if classifier.normalisation is not None:
        steps.append("the classifier's normalisation became part of the file, after the denoiser")
    return steps


def _of_classifier(classifier: Draft) -> list[Guess]:
    """Return the guesses that still count: the noise that the classifier was trained with does not."""
    return [guess for guess in classifier.guesses if guess.flag != "--sigma"]


def _guesses(classifier: Draft, scale: Scale | None, sigma: float | None) -> list[Guess]:
    guesses = []
    if scale is None:
        low, high = classifier.input.scale
        guesses.append(
            Guess(f"the denoiser takes and gives pixels in [{low:g}, {high:g}]", "--denoiser-scale")
        )
    if sigma is None:
        guesses.append(Guess("the denoiser is for no one noise level in particular", "--sigma"))
    return guesses
