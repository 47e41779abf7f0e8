"""What a manifest says is read as it stands; what is wrong with it is named with its field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry import ModelBroken, Normalisation, ResizeRule
from registry.manifest import load_manifest, read_weights
from scripts.export import Value
from tests.support.model_folders import TENSOR, replace, write_folder


def test_a_full_manifest_is_read(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        fields={"trained_sigma": 0.25, "batch_size": 64},
        input_table={"kind": "image", "shape": [3, 8, 6], "low": 0.0, "high": 1.0, "mode": "RGB"},
        tables={
            "input.resize": {"method": "stretch", "filter": "box"},
            "normalisation": {"mean": [0.1, 0.2, 0.3], "std": [0.5, 0.5, 0.5]},
        },
    )
    manifest = load_manifest(folder)
    assert (manifest.name, manifest.labels, manifest.trained_sigma) == ("good", ("no", "yes"), 0.25)
    assert (manifest.input.shape, manifest.d, manifest.batch_size) == ((3, 8, 6), 144, 64)
    assert manifest.input.resize == ResizeRule(method="stretch", filter="box")
    assert manifest.normalisation == Normalisation(mean=(0.1, 0.2, 0.3), std=(0.5, 0.5, 0.5))
    assert manifest.weights == folder / "model.onnx"
    assert read_weights(manifest) == b"weights"


def test_what_is_left_out_is_none(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, input_table=TENSOR)
    for line in ('description = "A toy"', 'licence = "none needed"', 'source = "made by a test"'):
        replace(folder, line + "\n", "")
    manifest = load_manifest(folder)
    assert (manifest.description, manifest.licence, manifest.source) == (None, None, None)
    assert manifest.trained_sigma is None
    assert manifest.normalisation is None
    assert manifest.batch_size is None
    assert manifest.threads is None
    assert manifest.precision is None
    assert manifest.memory_format == "contiguous"
    assert manifest.input.mode is None
    assert manifest.origin is None


def test_what_the_registry_does_not_need_may_be_left_out(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    for line in ('description = "A toy"\n', 'licence = "none needed"\n', 'source = "made by a test"\n'):
        replace(folder, line, "")
    manifest = load_manifest(folder)
    assert (manifest.description, manifest.licence, manifest.source) == (None, None, None)


def test_the_origin_of_an_imported_model_is_read(tmp_path: Path) -> None:
    origin: dict[str, Value] = {
        "file": "net.onnx",
        "sha256": "0" * 64,
        "kind": "an ONNX file",
        "tolerance": 1e-4,
    }
    manifest = load_manifest(write_folder(tmp_path, tables={"origin": origin}))
    assert manifest.origin is not None
    assert (manifest.origin.file, manifest.origin.steps, manifest.origin.tolerance) == ("net.onnx", (), 1e-4)


def test_labels_can_come_from_a_file(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "labels.txt").write_text("Katze\nKäse\n crane \n", encoding="utf-8")
    replace(folder, 'labels = ["no", "yes"]', 'labels_file = "labels.txt"')
    assert load_manifest(folder).labels == ("Katze", "Käse", "crane")


@pytest.mark.parametrize(
    ("old", "new", "field", "advice"),
    [
        ('name = "good"', 'name = "other"', "name", "make them equal"),
        ('name = "good"', 'name = "Good!"', "name", "rename the folder"),
        ('name = "good"\n', "", "name", "required"),
        ('description = "A toy"', 'description = ""', "description", "not be empty"),
        ('runtime = "onnx"', 'runtime = "pickle"', "runtime", "'onnx' or 'torchscript'"),
        ('file = "model.onnx"', 'file = "../good/model.onnx"', "file", "the plain name"),
        ('file = "model.onnx"', 'file = "/etc/passwd"', "file", "the plain name"),
        ('file = "model.onnx"', 'file = ".."', "file", "the plain name"),
        ('file = "model.onnx"', 'file = "absent.onnx"', "file", "put it there"),
        ('sha256 = "', 'sha256 = "x', "sha256: ", "what `sha256sum FILE` prints first"),
        ('labels = ["no", "yes"]\n', "", "labels", "required"),
        ('labels = ["no", "yes"]', 'labels = ["only"]', "labels: ", "must name two classes or more"),
        ('labels = ["no", "yes"]', 'labels = ["no", ""]', "labels.1", "not be empty"),
        ('labels = ["no", "yes"]', 'labels_file = "absent.txt"', "labels_file", "put it there"),
        ('labels = ["no", "yes"]', 'labels_file = "../x"', "labels_file", "own folder"),
        ('labels = ["no", "yes"]', "labels_file = 3", "labels_file", "one label a line"),
        ('licence = "none needed"', 'licence = ""', "licence", "not be empty"),
        ('source = "made by a test"', 'source = "t"\ntrained_sigma = 0', "trained_sigma", "above 0, not 0"),
        ('source = "made by a test"', 'source = "t"\ntrained_sigma = nan', "trained_sigma", "finite"),
        ('source = "made by a test"', 'source = "t"\nbatch_size = 7', "batch_size", "multiple of 2"),
        ('source = "made by a test"', 'source = "t"\nsigma = 1', "sigma", "did you mean `trained_sigma`?"),
        ('source = "made by a test"', 'source = "t"\nbatch = 2', "batch", "did you mean `batch_size`?"),
        ('source = "made by a test"', 'source = "t"\nzebra = 1', "zebra", "remove it or correct its name"),
        ('licence = "none needed"', 'license = "none needed"', "license", "did you mean `licence`?"),
        ('mode = "L"', 'mode = "L"\n[normalization]\nmean = [0.0]', "normalization", "mean `normalisation`?"),
        ('mode = "L"', 'mode = "L"\ntrained_sigma = 1', "input.trained_sigma", "belongs to the top, before"),
        ('source = "made by a test"', 'source = "t"\nshape = [1]', "shape", "it belongs to [input]"),
        ('runtime = "onnx"', 'runtime = "ONNX"', "runtime", "not 'ONNX'; did you mean `onnx`?"),
        ('source = "made by a test"', 'source = "t"\nthreads = 0', "threads", "at least 1, not 0"),
        ('source = "made by a test"', 'source = "t"\nprecision = "int8"', "precision", "'bfloat16'"),
        ('source = "made by a test"', 'source = "t"\nprecision = "float16"', "precision", "for torchscript"),
        (
            'runtime = "onnx"',
            'runtime = "torchscript"\nmemory_format = "x"',
            "memory_format",
            "channels_last",
        ),
        ('runtime = "onnx"', 'runtime = "onnx"\nmemory_format = "channels_last"', "memory_format", "remove"),
        ('source = "made by a test"', 'source = "t"\nfolder = "/"', "folder", "unknown field"),
        ('kind = "image"', 'kind = "sound"', "input.kind", "'image' or 'tensor'"),
        ('kind = "image"', 'kind = "tensor"', "input", "mode, layout and resize are for images"),
        ("shape = [1, 4, 4]", "shape = []", "input.shape", "at least 1"),
        ("shape = [1, 4, 4]", "shape = [1, 0, 4]", "input.shape.1", "at least 1, not 0"),
        ("shape = [1, 4, 4]", "shape = [3, 4, 4]", "input", "[1, height, width] in layout NCHW"),
        ("shape = [1, 4, 4]", "shape = [1, 8192, 8192]", "input", "more than 16777216 elements"),
        ("high = 1.0", "high = 0.0", "input", "low must be below high"),
        ("high = 1.0", "high = inf", "input.high", "finite"),
        ('mode = "L"', 'mode = "CMYK"', "input.mode", "'L', 'RGB' or 'BGR'"),
        ('mode = "L"\n', "", "input", "mode must be"),
        (
            'mode = "L"',
            'mode = "L"\nresize = {method = "crop", filter = "box"}',
            "input.resize.method",
            "'stretch'",
        ),
        ('mode = "L"', 'mode = "L"\n[normalisation]\nmean = [0.0]\nstd = [0.0]', "normalisation", "above 0"),
        (
            'mode = "L"',
            'mode = "L"\n[normalisation]\nmean = [0.0]\nstd = [1.0, 1.0]',
            "normalisation",
            "1 number or 1",
        ),
        (
            'mode = "L"',
            'mode = "L"\n[normalisation]\nmean = [0.0, 0.0]\nstd = [1.0, 1.0]',
            "normalisation",
            "1 number or 1",
        ),
        ('name = "good"', "name = ", "model.toml", "not valid TOML"),
        ('name = "good"', f"name = {'9' * 5000}", "model.toml", "not valid TOML"),
    ],
)
def test_a_fault_is_named_with_its_field(tmp_path: Path, old: str, new: str, field: str, advice: str) -> None:
    folder = write_folder(tmp_path)
    replace(folder, old, new)
    with pytest.raises(ModelBroken) as caught:
        load_manifest(folder)
    assert field in str(caught.value)
    assert advice in str(caught.value)
    for words in ("Value error", "Input should", "String should", "Extra inputs", "after validation"):
        assert words not in str(caught.value)


def test_a_hash_in_capitals_is_the_same_hash(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    small = load_manifest(folder)
    replace(folder, small.sha256, small.sha256.upper())
    assert load_manifest(folder) == small
    assert load_manifest(folder).fingerprint == small.fingerprint


def test_channels_last_is_for_inputs_with_channels(tmp_path: Path) -> None:
    script: dict[str, Value] = {"runtime": "torchscript", "memory_format": "channels_last"}
    assert load_manifest(write_folder(tmp_path, fields=script)).memory_format == "channels_last"
    with pytest.raises(ModelBroken, match=r"memory_format .* three axes"):
        load_manifest(write_folder(tmp_path, "flat", fields=script, input_table=TENSOR))


def test_every_option_changes_the_fingerprint(tmp_path: Path) -> None:
    options: list[dict[str, Value]] = [
        {},
        {"precision": "float32"},
        {"precision": "bfloat16"},
        {"memory_format": "channels_last"},
        {"threads": 2},
        {"batch_size": 2},
    ]
    seen = set()
    for option in options:
        folder = write_folder(tmp_path, fields={"runtime": "torchscript", **option})
        seen.add(load_manifest(folder).fingerprint)
    assert len(seen) == len(options)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    replace(folder, 'runtime = "onnx"', 'runtime = "x"')
    replace(folder, 'mode = "L"', 'mode = "Y"')
    with pytest.raises(ModelBroken, match=r"runtime: .*input\.mode: "):
        load_manifest(folder)


def test_labels_and_labels_file_exclude_each_other(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, fields={"labels_file": "labels.txt"})
    with pytest.raises(ModelBroken, match="labels or labels_file, not both"):
        load_manifest(folder)


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    manifest = load_manifest(folder)
    (folder / "model.onnx").write_bytes(b"weightz")
    with pytest.raises(ModelBroken, match=r"sha256: model\.onnx has hash .* put its hash into"):
        load_manifest(folder)
    with pytest.raises(ModelBroken, match="sha256"):
        read_weights(manifest)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    outside = tmp_path / "outside.onnx"
    (folder / "model.onnx").rename(outside)
    (folder / "model.onnx").symlink_to(outside)
    with pytest.raises(ModelBroken, match="leads out of the model's folder"):
        load_manifest(folder)


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "model.onnx").rename(folder / "v1.onnx")
    (folder / "model.onnx").symlink_to("v1.onnx")
    assert read_weights(load_manifest(folder)) == b"weights"


def test_a_loop_of_links_is_a_fault_of_the_field(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "model.onnx").unlink()
    (folder / "model.onnx").symlink_to("model.onnx")
    with pytest.raises(ModelBroken, match=r"file: .*regular file"):
        load_manifest(folder)


def test_weights_must_be_a_regular_file(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "model.onnx").unlink()
    os.mkfifo(folder / "model.onnx")
    with pytest.raises(ModelBroken, match=r"file: .*not a regular file"):
        load_manifest(folder)


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "labels.txt").write_bytes(b"\xff\xfe")
    replace(folder, 'labels = ["no", "yes"]', 'labels_file = "labels.txt"')
    with pytest.raises(ModelBroken, match=r"labels_file: .* not UTF-8"):
        load_manifest(folder)
    (folder / "model.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ModelBroken, match=r"model\.toml: not valid TOML"):
        load_manifest(folder)
