"""TorchScript is kept where workers can run it as it is, and converted to ONNX otherwise, or where asked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch

from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions, RunBy
from importing.model_import import import_model
from tests.support.torch_files import CLASSES, SHAPE, batch, small_network, write_scripted, write_traced


class Halves(torch.nn.Module):
    """A network with its scores in a pair, beside its features."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = small_network()

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        scores = self.inner(pictures)
        return scores, pictures.mean(dim=(2, 3))


@pytest.mark.parametrize("scripted", [False, True])
def test_a_network_that_workers_can_run_is_kept_byte_by_byte(
    tmp_path: Path, models: Path, scripted: bool
) -> None:
    file = tmp_path / "net.pt"
    if scripted:
        write_scripted(file, small_network())
    else:
        write_traced(file, small_network(), batch())
    done = import_model(file, ImportOptions(shape=SHAPE), models)
    assert done.manifest.runtime == "torchscript"
    assert done.manifest.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert len(done.manifest.labels) == CLASSES


def test_half_precision_is_converted_and_compared_with_the_file_itself(tmp_path: Path, models: Path) -> None:
    file = write_traced(tmp_path / "net.pt", small_network().half(), batch().half())
    done = import_model(file, ImportOptions(shape=SHAPE), models)
    origin = done.manifest.origin
    assert origin is not None
    assert origin.steps == ("weights converted from float16 to float32",)
    assert 0 < done.comparison.largest_difference < origin.tolerance == pytest.approx(0.02)


def test_it_becomes_onnx_where_asked(tmp_path: Path, models: Path) -> None:
    file = write_traced(tmp_path / "net.pt", small_network(), batch())
    done = import_model(file, ImportOptions(shape=SHAPE, runtime=RunBy.ONNX), models)
    assert done.manifest.runtime == "onnx"
    assert done.comparison.largest_difference < 1e-5


def test_the_shape_is_found_where_it_is_the_only_one(tmp_path: Path, models: Path) -> None:
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 32 * 32, 4)).eval()
    file = write_traced(tmp_path / "net.pt", network, torch.zeros(2, 3, 32, 32))
    assert import_model(file, ImportOptions(), models).manifest.input.shape == (3, 32, 32)


def test_several_outputs_are_converted(tmp_path: Path, models: Path) -> None:
    file = write_traced(tmp_path / "net.pt", Halves().eval(), batch())
    done = import_model(file, ImportOptions(shape=SHAPE), models)
    assert done.manifest.runtime == "onnx"


def test_a_network_that_opens_files_is_refused(tmp_path: Path, models: Path) -> None:
    class Opens(torch.nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return pictures.mean(dim=(2, 3)) + torch.from_file("/etc/hostname", False, 1, dtype=torch.uint8)

    file = write_scripted(tmp_path / "net.pt", Opens())
    with pytest.raises(ImportRefused, match=r"opens other files \(aten::from_file\)"):
        import_model(file, ImportOptions(shape=SHAPE), models)
    assert list(models.iterdir()) == []
