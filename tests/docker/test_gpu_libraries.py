"""The build of an image for GPUs finds libraries that are missing, and packages for different CUDAs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from docker.gpu_libraries import disagreements, unresolved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="images are for Linux, whose loader is asked")


def test_a_library_is_missing_unless_a_folder_has_it(tmp_path: Path) -> None:
    """NumPy's core finds its linear algebra beside it, and a copy elsewhere does not."""
    places = np.__path__[0]
    (core,) = Path(places).glob("_core/_multiarray_umath.*.so")
    libraries = Path(f"{places}.libs")
    copy = Path(shutil.copy(core, tmp_path))
    assert unresolved(core, []) == set()
    missing = unresolved(copy, [])
    assert missing
    assert missing <= {library.name for library in libraries.iterdir()}
    assert unresolved(copy, [libraries]) == set()


def test_packages_for_different_cudas_are_named() -> None:
    assert disagreements({"torch": "13", "onnxruntime": "13"}) == []
    (told,) = disagreements({"torch": "13", "onnxruntime": "12"})
    assert "torch for CUDA 13" in told
    assert "onnxruntime for CUDA 12" in told


def test_builds_for_the_cpu_are_refused(repository: Path) -> None:
    """Where the GPU builds are installed and whole, it has nothing to say."""
    program = [sys.executable, str(repository / "docker" / "gpu_libraries.py")]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    if done.returncode:
        assert "Install the extra gpu." in done.stderr
    else:
        assert done.stderr == ""


def test_the_image_for_gpus_is_checked_while_it_is_built(repository: Path) -> None:
    dockerfile = (repository / "docker" / "Dockerfile").read_text()
    assert 'RUN case ",$EXTRA," in *,gpu,*) python docker/gpu_libraries.py;; esac' in dockerfile
