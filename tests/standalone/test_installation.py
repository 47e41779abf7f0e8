"""The script that installs packages takes what the lists name, with the listed hash, and nothing else."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pip
import pytest


def wheel(folder: Path, name: str, *needs: str, version: str = "1.0") -> str:
    """Make a package that holds nothing, and return its line for a list."""
    stem = name.replace("-", "_")
    path = folder / f"{stem}-{version}-py3-none-any.whl"
    asked = "".join(f"Requires-Dist: {need}\n" for need in needs)
    with zipfile.ZipFile(path, "w") as archive:
        info = f"{stem}-{version}.dist-info"
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{asked}"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Installation:
    """The script beside lists of our own, with a folder of packages in the index's place."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.lists = folder / "requirements"
        self.wheels = folder / "wheels"
        self.target = folder / "installed"
        (self.lists / "extras").mkdir(parents=True)
        self.wheels.mkdir()
        shutil.copy(repository / "requirements" / "install.sh", self.lists)
        (self.lists / "torch-cuda.txt").touch()  # read if this environment has the build for CUDA

    def run(self, *names: str, **index: str) -> subprocess.CompletedProcess[str]:
        where = index or {"PIP_NO_INDEX": "1"}
        settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": str(self.wheels), **where}
        places = {"PIP_TARGET": str(self.target), "PYTHONPATH": str(self.target)}
        return subprocess.run(
            [self.lists / "install.sh", sys.executable, *names],
            env={"PATH": os.environ["PATH"], **settings, **places},
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self) -> set[str]:
        return {path.name.partition("-")[0] for path in self.target.glob("*.dist-info")}


@pytest.fixture
def installation(repository: Path, tmp_path: Path) -> Installation:
    return Installation(repository, tmp_path)


def test_it_installs_what_is_listed_and_nothing_that_this_asks_for(installation: Installation) -> None:
    """Of several lists at once, as other scripts name them and as the Dockerfile does: with commas."""
    wheel(installation.wheels, "other")
    for name, package in (("part", "one"), ("rest", "two"), ("end", "three")):
        listed = wheel(installation.wheels, package, "other")
        (installation.lists / "extras" / f"{name}.txt").write_text(listed)
    done = installation.run("part,rest", "end")
    assert done.returncode == 0, done.stderr
    assert installation.installed() == {"one", "two", "three"}


def test_another_hash_is_refused(installation: Installation) -> None:
    line = wheel(installation.wheels, "one")
    (installation.lists / "extras" / "part.txt").write_text(line)
    wheel(installation.wheels, "one", "altered")
    done = installation.run("part")
    assert done.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert installation.installed() == set()


def test_another_hash_of_pytorch_in_a_folder_is_refused_though_an_index_has_the_right_one(
    installation: Installation, tmp_path: Path
) -> None:
    index = pytorch_of_an_index(installation, tmp_path)
    wheel(installation.wheels, "torch", "altered", version="1.0+cpu")
    done = installation.run("part", PIP_INDEX_URL=index)
    assert done.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert installation.installed() == set()


def test_a_package_without_a_hash_is_refused(installation: Installation) -> None:
    line = wheel(installation.wheels, "one").partition(" ")[0]
    (installation.lists / "extras" / "part.txt").write_text(line)
    done = installation.run("part")
    assert done.returncode != 0
    assert "Hashes are required" in done.stderr


def test_the_build_of_pytorch_for_cuda_gets_its_libraries(installation: Installation) -> None:
    (installation.lists / "extras" / "part.txt").write_text(wheel(installation.wheels, "torch", "nvidia-one"))
    (installation.lists / "torch-cuda.txt").write_text(wheel(installation.wheels, "nvidia-one"))
    done = installation.run("part")
    assert done.returncode == 0, done.stderr
    assert installation.installed() == {"torch", "nvidia_one"}


def test_an_extra_that_does_not_exist_is_named(installation: Installation) -> None:
    done = installation.run("parts")
    assert done.returncode == 1
    assert "'parts'" in done.stderr


def pytorch_of_an_index(installation: Installation, folder: Path) -> str:
    """Make a build in the folder of packages, another in an index, and a list of both; return the index."""
    index = folder / "simple" / "torch"
    index.mkdir(parents=True)
    for_cuda = wheel(index, "torch").split("sha256:")[1].strip()
    (index / "index.html").write_text(
        f'<a href="torch-1.0-py3-none-any.whl#sha256={for_cuda}">torch-1.0-py3-none-any.whl</a>'
    )
    for_cpu = wheel(installation.wheels, "torch", version="1.0+cpu").split("sha256:")[1].strip()
    line = f"torch==1.0 \\\n    --hash=sha256:{for_cuda} \\\n    --hash=sha256:{for_cpu}\n"
    (installation.lists / "extras" / "part.txt").write_text(line)
    return index.parent.as_uri()


def test_a_build_of_pytorch_in_a_folder_is_taken_before_that_of_the_index(
    repository: Path, tmp_path: Path
) -> None:
    """pip by itself prefers files whose hash an index tells; a folder tells none."""
    installation = Installation(repository, tmp_path)
    index = pytorch_of_an_index(installation, tmp_path)
    environment = tmp_path / "environment"
    venv.create(environment)
    (packages,) = environment.glob("lib/*/site-packages")
    (packages / "pip").symlink_to(Path(pip.__file__).parent)  # to install it takes seconds
    done = subprocess.run(
        [installation.lists / "install.sh", environment / "bin/python", "part"],
        env={
            "PATH": os.environ["PATH"],
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index,
            "PIP_FIND_LINKS": str(installation.wheels),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in environment.glob("lib/*/site-packages/torch-*")] == [
        "torch-1.0+cpu.dist-info"
    ]
