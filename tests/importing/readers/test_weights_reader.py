"""Weights become a model with the network that is named for them; a pickled network only with trust."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch

from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.model_import import import_model
from importing.pytorch.networks import networks_named
from registry import ModelManifest
from tests.support.torch_files import (
    CLASSES,
    SHAPE,
    WritesAFile,
    batch,
    other_network,
    small_network,
)

OURS = "tests.support.torch_files:small_network"


@pytest.mark.parametrize("safe", [False, True])
def test_weights_for_a_network_of_ones_own(tmp_path: Path, models: Path, safe: bool) -> None:
    file = tmp_path / "net.pt"
    state = small_network().state_dict()
    if safe:
        safetensors.torch.save_file(state, file)
    else:
        torch.save(state, file)
    done = import_model(file, ImportOptions(network=OURS, shape=SHAPE), models)
    assert done.manifest.runtime == "onnx"
    assert len(done.manifest.labels) == CLASSES
    assert done.manifest.origin is not None
    assert OURS in done.manifest.origin.kind
    assert_scores_of_the_network(done.manifest)


def assert_scores_of_the_network(manifest: ModelManifest) -> None:
    from worker.runtimes.runtime_loading import load_runtime  # noqa: PLC0415 - slow

    scores = load_runtime(manifest, "cpu", 1, 8).scores(batch(8).numpy())
    with torch.inference_mode():
        torch.testing.assert_close(torch.from_numpy(scores), small_network()(batch(8)), atol=1e-5, rtol=1e-5)


def test_weights_for_an_architecture_of_timm_come_with_its_preprocessing(
    tmp_path: Path, models: Path
) -> None:
    network = networks_named("timm:test_vit")[0].build(num_classes=3)
    torch.save({"state_dict": network.state_dict()}, tmp_path / "net.pth")
    done = import_model(tmp_path / "net.pth", ImportOptions(network="test_vit"), models)
    assert done.manifest.input.shape == (3, 160, 160)
    assert done.manifest.input.resize is not None
    assert done.manifest.input.resize.filter == "bicubic"
    assert done.manifest.normalisation is not None
    assert any("preprocessing is that of test_vit" in guess.what for guess in done.guesses)


def test_named_weights_of_torchvision_say_how_pictures_are_prepared(tmp_path: Path, models: Path) -> None:
    network = networks_named("torchvision:squeezenet1_1")[0].build()
    torch.save(network.state_dict(), tmp_path / "net.pth")
    options = ImportOptions(
        network="squeezenet1_1", weights_name="SqueezeNet1_1_Weights.IMAGENET1K_V1", shape=(3, 64, 64)
    )
    manifest = import_model(tmp_path / "net.pth", options, models).manifest
    assert manifest.labels[:2] == ("tench", "goldfish")
    assert len(manifest.labels) == 1000
    assert manifest.normalisation is not None
    assert manifest.normalisation.mean == (0.485, 0.456, 0.406)


def test_weights_without_a_network_are_refused(tmp_path: Path, models: Path) -> None:
    torch.save(small_network().state_dict(), tmp_path / "net.pt")
    with pytest.raises(ImportRefused, match="weights without the network: add --network"):
        import_model(tmp_path / "net.pt", ImportOptions(), models)


def test_weights_of_another_network_are_refused(tmp_path: Path, models: Path) -> None:
    torch.save(other_network().state_dict(), tmp_path / "net.pt")
    with pytest.raises(ImportRefused, match="does not hold the weights of"):
        import_model(tmp_path / "net.pt", ImportOptions(network=OURS, shape=SHAPE), models)
    assert list(models.iterdir()) == []


def test_a_pickled_network_needs_trust(tmp_path: Path, models: Path) -> None:
    torch.save(small_network(), tmp_path / "net.pt")
    with pytest.raises(ImportRefused, match=r"would import .*torch\.nn.*a pickle can run any code.*--trust"):
        import_model(tmp_path / "net.pt", ImportOptions(shape=SHAPE), models)
    done = import_model(tmp_path / "net.pt", ImportOptions(shape=SHAPE, trust=True), models)
    assert done.manifest.origin is not None
    assert done.manifest.origin.steps[0] == "the pickled network was opened because --trust was given"


def test_a_trusted_checkpoint_may_hold_a_network(tmp_path: Path, models: Path) -> None:
    torch.save({"model": small_network().half(), "epoch": 3}, tmp_path / "net.pt")
    done = import_model(tmp_path / "net.pt", ImportOptions(shape=SHAPE, trust=True), models)
    assert done.manifest.origin is not None
    assert "weights converted from float16 to float32" in done.manifest.origin.steps


def test_trust_opens_what_is_beside_weights(tmp_path: Path, models: Path) -> None:
    made = tmp_path / "made"
    torch.save({"model": small_network().state_dict(), "hook": WritesAFile(made)}, tmp_path / "net.pt")
    options = ImportOptions(network=OURS, shape=SHAPE)
    with pytest.raises(ImportRefused, match=r"would import posix\.mkdir"):
        import_model(tmp_path / "net.pt", options, models)
    assert not made.exists()
    trusting = ImportOptions(network=OURS, shape=SHAPE, trust=True)
    assert import_model(tmp_path / "net.pt", trusting, models).folder.is_dir()
    assert made.is_dir()


def test_a_trusted_pickle_of_something_else_is_refused(tmp_path: Path, models: Path) -> None:
    torch.save({"gone": WritesAFile(tmp_path / "made")}, tmp_path / "net.pt")
    with pytest.raises(ImportRefused, match="holds no weights that can be told apart"):
        import_model(tmp_path / "net.pt", ImportOptions(trust=True), models)
