"""Refuse packages for GPUs whose libraries are not all there, or for different major versions of CUDA.

    python docker/gpu_libraries.py

The build of an image runs it for ``EXTRA=gpu``. It needs neither a GPU nor a driver, and imports no package.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

OF_THE_DRIVER: Final = frozenset({"libcuda.so.1", "libnvidia-ml.so.1"})
"""Libraries that NVIDIA's container toolkit mounts when the image runs."""
NEED: Final = (
    ("onnxruntime", "capi/libonnxruntime_providers_cuda.so"),
    ("torch", "lib/libtorch_cuda.so"),
)
"""Packages, and the library of each that needs CUDA's."""


def main() -> int:
    """Print what is wrong, and return 1 if anything is."""
    faults = _missing() or disagreements(_majors())
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


def unresolved(library: Path, folders: Iterable[Path]) -> set[str]:
    """Return what the loader does not find of all that a library needs, directly or through others.

    It searches the given folders, and those that the loader knows.
    """
    places = {"LD_LIBRARY_PATH": os.pathsep.join(map(str, folders))}
    command = ["ldd", str(library)]
    environment = {**os.environ, **places}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - a list
    return set(re.findall(r"^\s*(\S+) => not found$", said.stdout, re.MULTILINE))


def disagreements(majors: Mapping[str, str]) -> list[str]:
    """Return a sentence if packages were built for different major versions of CUDA."""
    if len(set(majors.values())) <= 1:
        return []
    told = ", ".join(f"{name} for CUDA {major}" for name, major in majors.items())
    return [f"The packages do not fit together: {told}. Choose versions of one major version of CUDA."]


def _missing() -> list[str]:
    """Return a sentence for each library that is not there."""
    faults = []
    libraries = sorted(_folder("nvidia").glob("*/lib"))
    for package, name in NEED:
        library = _folder(package) / name
        if not library.exists():
            faults.append(f"{package} has no {name}: this is not its build for CUDA. Install the extra gpu.")
            continue
        faults += [
            f"{package} needs {needed}, which no installed package has."
            for needed in sorted(unresolved(library, libraries) - OF_THE_DRIVER)
        ]
    return faults


def _majors() -> dict[str, str]:
    """Return the major version of CUDA that each package states."""
    built = {
        "torch": runpy.run_path(str(_folder("torch") / "version.py")).get("cuda"),
        "onnxruntime": runpy.run_path(str(_folder("onnxruntime") / "capi/build_and_package_info.py")).get(
            "cuda_version"
        ),
        "nvidia-cuda-runtime": _version("nvidia-cuda-runtime"),
    }
    return {name: version.partition(".")[0] for name, version in built.items() if version}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _folder(package: str) -> Path:
    """Return where a package lies; a folder that does not exist, if it is not installed."""
    found = importlib.util.find_spec(package)
    places = found.submodule_search_locations if found else None
    return Path(next(iter(places))) if places else Path(package)


if __name__ == "__main__":
    sys.exit(main())
