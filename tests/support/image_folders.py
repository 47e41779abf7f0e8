"""Small model folders. Their weights are a dummy: the gateway never loads them."""

from __future__ import annotations

import hashlib
from pathlib import Path

WEIGHTS = b"dummy weights"
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()

GREY = 'kind = "image"\nshape = [1, 4, 4]\nlow = 0.0\nhigh = 1.0\nmode = "L"'
COLOUR = (
    'kind = "image"\nshape = [3, 4, 4]\nlow = 0.0\nhigh = 1.0\nmode = "RGB"\n'
    'resize = {method = "stretch", filter = "box"}'
)
SIGNED = 'kind = "image"\nshape = [1, 4, 4]\nlow = -1.0\nhigh = 1.0\nmode = "L"'
CROPPED = (
    'kind = "image"\nshape = [1, 4, 4]\nlow = 0.0\nhigh = 1.0\nmode = "L"\n'
    'resize = {method = "shorter_side_center_crop", filter = "box"}'
)
WIDE = 'kind = "image"\nshape = [1, 4, 4]\nlow = 0.0\nhigh = 255.0\nmode = "L"'
PLANE = 'kind = "tensor"\nshape = [2]\nlow = -4.0\nhigh = 4.0'


def write_model(
    directory: Path,
    name: str,
    input_table: str,
    *,
    sigma: float | None = 0.25,
    sha256: str = SHA256,
    labels: str = 'labels = ["zero", "one", "two"]',
) -> None:
    """Write one model folder."""
    folder = directory / name
    folder.mkdir(parents=True)
    (folder / "weights.onnx").write_bytes(WEIGHTS)
    trained = "" if sigma is None else f"trained_sigma = {sigma}\n"
    (folder / "model.toml").write_text(
        f'name = "{name}"\ndescription = "for tests"\nruntime = "onnx"\nfile = "weights.onnx"\n'
        f'sha256 = "{sha256}"\nlicence = "none"\nsource = "made by the test"\n{trained}{labels}\n\n'
        f"[input]\n{input_table}\n"
    )


def write_models(directory: Path) -> Path:
    """Write the models of these tests: six usable, three broken."""
    write_model(directory, "grey", GREY)
    write_model(directory, "colour", COLOUR)
    write_model(directory, "signed", SIGNED)
    write_model(directory, "cropped", CROPPED)
    write_model(directory, "plane", PLANE, sigma=None)
    write_model(directory, "Wide_0.255", WIDE, sigma=64.0)
    write_model(directory, "wrong-hash", GREY, sha256="0" * 64)
    write_model(directory, "no-labels", GREY, labels="")
    write_model(directory, "bad-toml", "this is not TOML")
    return directory
