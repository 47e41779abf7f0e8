"""Files that cannot become models are refused with a sentence; nothing is written or executed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from importing import ImportOptions, ImportRefused
from importing.model_import import import_model
from tests.importing.conftest import CertifyModels
from tests.support import hostile_files as hostile
from tests.support.onnx_styles import net

Content = Callable[[Path], bytes]


def graph(make: Callable[[], onnx.ModelProto]) -> Content:
    return lambda _target: make().SerializeToString()


def fixed(content: bytes) -> Content:
    return lambda _target: content


WHOLE = net().SerializeToString()
REFUSED: dict[str, tuple[Content, str]] = {
    "0 bytes": (fixed(b""), r"is empty \(0 bytes\): copy or export it again"),
    "an ONNX file cut short": (
        fixed(WHOLE[: len(WHOLE) // 2]),
        "is not a complete ONNX file: .* copy or export",
    ),
    "an ONNX file without operators": (graph(onnx.ModelProto), "known|without a single operator|is empty"),
    "a text": (fixed(b"hello"), "is of no kind that is known here: name an ONNX file"),
    "a web page": (fixed(b"<!DOCTYPE html><html>Sign in</html>"), "is a web page, .* fetch the file itself"),
    "a pointer of Git LFS": (fixed(b"version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"),
    "a picture": (fixed(b"\x89PNG\r\n\x1a\n" + bytes(64)), "is a picture|no kind that is known here"),
    "TensorFlow Lite": (fixed(b"\x1c\x00\x00\x00TFL3" + bytes(64)), "is a TensorFlow Lite file: convert it"),
    "GGUF": (fixed(b"GGUF" + bytes(64)), "is a GGUF file"),
    "OpenVINO": (fixed(b'<?xml version="1.0"?>\n<net name="a" version="11">'), "is an OpenVINO .*: "),
    "TensorRT": (fixed(b"ptrt" + bytes(64)), "is a TensorRT engine.*: "),
    "ncnn": (fixed(b"7767517\n3 3\n"), "is an ncnn .*: "),
    "Caffe": (fixed(b'name: "net"\nlayer {\n  name: "data"\n}\n'), "is a Caffe .*: "),
    "a NumPy array of pickles": (hostile.numpy_objects, "is a NumPy array, which is not a network"),
    "compressed": (fixed(b"\x1f\x8b\x08" + bytes(32)), r"is compressed \(gzip\): unpack it"),
    "a zip of pictures": (fixed(hostile.zipped(a__b=b"x")), "is a zip archive of 'a/b', and not"),
    "a zip cut short": (fixed(hostile.zipped(a=b"x" * 99)[:40]), "a zip archive without its end"),
    "a pickle": (hostile.pickled, "pickle.*--trust|--trust.*pickle|pickle"),
    "a pickle in an archive": (
        lambda target: hostile.torch_archive(target, "archive__data.pkl"),
        "pickle|trust|weights",
    ),
    "a pickle in TorchScript": (
        lambda target: hostile.torch_archive(target, "archive__constants.pkl"),
        "TorchScript",
    ),
    "a pickle in torch.export": (
        lambda target: hostile.zipped(
            net__archive_format=b"pt2", net__data__weights__model_weights_config=hostile.pickled(target)
        ),
        "torch.export",
    ),
    "a zip bomb": (lambda _target: hostile.bomb("archive/data.pkl"), "."),
    "a safetensors file whose header never ends": (
        fixed(hostile.safetensors({"a": 1}, 2**31)),
        "safetensors",
    ),
    "a safetensors file of nothing": (fixed(hostile.safetensors({})), "no kind that is known"),
    "weights outside the folder": (graph(lambda: hostile.outside("../secret")), "outside its own folder"),
    "weights at a place of the machine": (
        graph(lambda: hostile.outside("/etc/passwd")),
        "outside its own folder",
    ),
    "weights that are not there": (
        graph(lambda: hostile.outside("absent.bin")),
        "'absent.bin', which is not there",
    ),
    "custom operators": (graph(hostile.custom_operator), r"does not have: com\.example\.FancyRelu\. Export"),
    "dynamic quantisation": (graph(hostile.dynamic_quantisation), "DynamicQuantizeLinear.*statically"),
    "several inputs": (graph(hostile.several_inputs), r"has 2 inputs \(x, mask\), and a classifier"),
    "rows that change each other": (graph(hostile.mixing_rows), "not a function of one input.*ReduceMean"),
    "random scores": (graph(hostile.random_scores), r"draws random numbers .*\(RandomNormalLike\)"),
    "scores that are no numbers": (graph(hostile.not_numbers), "not finite|NaN|differ by up to nan"),
    "scores of every pixel": (graph(hostile.pixelwise), r"gives no scores of classes.*\[3, 4, 6, 6\]"),
    "tokens": (graph(hostile.tokens), "takes int64 at its input 'x'"),
    "a tensor of terabytes": (graph(hostile.huge_result), "."),
    "an IR version to come": (
        graph(hostile.newer_version),
        "IR version 99 of ONNX, and this ONNX Runtime .* reads up to .*: export it",
    ),
    "an opset to come": (graph(hostile.newer_opset), "uses opset 99 .* export it with opset_version=20"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_a_sentence(case: str, tmp_path: Path) -> None:
    content, said = REFUSED[case]
    models, file, target = tmp_path / "models", tmp_path / "given" / "net.bin", tmp_path / "executed"
    models.mkdir()
    file.parent.mkdir()
    (tmp_path / "secret").write_bytes(bytes(4096))
    file.write_bytes(content(target))
    with pytest.raises(ImportRefused) as refused:
        import_model(file, ImportOptions(), models)
    assert re.search(said, str(refused.value)), str(refused.value)
    assert "net" in str(refused.value)
    assert list(models.iterdir()) == []
    assert not target.exists()


@pytest.mark.parametrize("kept", [1, 7, 100, 700])
def test_a_file_cut_anywhere_is_refused(kept: int, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "net.onnx").write_bytes(WHOLE[:kept])
    with pytest.raises(ImportRefused):
        import_model(tmp_path / "net.onnx", ImportOptions(), tmp_path / "models")


def test_weights_by_a_link_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    folder, models = tmp_path / "given", tmp_path / "models"
    folder.mkdir()
    models.mkdir()
    (tmp_path / "secret").write_bytes(bytes(4096))
    (folder / "weights.bin").symlink_to(tmp_path / "secret")
    onnx.save_model(hostile.outside("weights.bin"), folder / "net.onnx")
    with pytest.raises(ImportRefused, match="outside its own folder"):
        import_model(folder / "net.onnx", ImportOptions(), models)


def test_weights_beside_the_file_become_part_of_it(tmp_path: Path) -> None:
    folder, models = tmp_path / "given", tmp_path / "models"
    folder.mkdir()
    models.mkdir()
    onnx.save_model(
        net(), folder / "net.onnx", save_as_external_data=True, location="net.data", size_threshold=0
    )
    manifest = import_model(folder / "net.onnx", ImportOptions(), models).manifest
    assert manifest.origin is not None
    assert manifest.origin.steps == ("the weights in net.data were put into the file",)
    assert sorted(file.name for file in manifest.folder.iterdir()) == ["model.onnx", "model.toml"]


def test_the_command_says_it_in_one_line_and_ends_with_2(
    certify_models: CertifyModels, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    file = tmp_path / "net\x1b[31m.onnx"
    file.write_bytes(hostile.custom_operator().SerializeToString())
    done = certify_models("import", file, "--models", tmp_path / "models")
    assert (done.returncode, done.stdout) == (2, "")
    assert "com.example.FancyRelu" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
    assert list((tmp_path / "models").iterdir()) == []
