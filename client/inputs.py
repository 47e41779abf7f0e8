"""Reading what is to be certified from a file: an image as it is, or an array."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from client.api import CertificationClient, Parameters
from client.records import Job


class UnusableFile(ValueError):
    """The file cannot be read, or holds nothing that can be submitted."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An encoded image; the service decodes it."""

    name: str
    content: bytes

    def submit(self, client: CertificationClient, parameters: Parameters) -> Job:
        """Submit it."""
        return client.submit_image(self.content, parameters, name=self.name)


@dataclass(frozen=True, slots=True)
class TensorFile:
    """An array in the model's own input space."""

    shape: tuple[int, ...]
    data: tuple[float, ...]

    def submit(self, client: CertificationClient, parameters: Parameters) -> Job:
        """Submit it."""
        return client.submit_tensor(self.shape, self.data, parameters)


def read_input(path: Path) -> ImageFile | TensorFile:
    """Read an image, or a tensor from a ``.npy`` file; raises UnusableFile."""
    try:
        if path.suffix == ".npy":
            import numpy as np  # noqa: PLC0415 - images are submitted without it

            array = np.load(path, allow_pickle=False)
            return TensorFile(array.shape, tuple(array.astype(np.float64).ravel().tolist()))
        return ImageFile(path.name, path.read_bytes())
    except (OSError, ValueError) as error:
        raise UnusableFile(f"{path} cannot be read: {error}") from error
