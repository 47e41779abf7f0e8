"""What ``pip install .`` puts into an environment: a client that works, and nothing of the server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from service.api.examples import ANSWERS

PACKAGES = ("certificates", "certify_client", "verification")
SERVER = ("jobs", "registry", "worker", "service", "standalone", "scripts", "benchmarks", "tests")
USER = """
from certificates import HitCounts, certify_first_order
from certify_client import CertificationClient, Parameters

counts = HitCounts(n=1000, target=0, per_class=(990, 10))
reveal_type(certify_first_order(counts, sigma=0.25, eta=0.001).radius)
with CertificationClient("http://127.0.0.1:8000") as client:
    reveal_type(client.submit(b"", Parameters("mnist")).id)
client.submit(3, Parameters("mnist"))
"""


@pytest.fixture(scope="session")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that pip builds from a checkout."""
    source = tmp_path_factory.mktemp("package")
    for name in (*PACKAGES, *SERVER):
        shutil.copytree(repository / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(repository / name, source / name)
    build = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (built,) = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="session")
def user(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that holds the wheel, what it requires, and nothing else."""
    folder = tmp_path_factory.mktemp("user")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    for name in required(distribution_of(packages)):
        link(name, packages)
    return folder / "bin" / "python"


def distribution_of(packages: Path) -> list[str]:
    """Return what the wheel asks for when no extra is named."""
    (told,) = packages.glob("certification_service-*.dist-info/METADATA")
    lines = told.read_text().splitlines()
    return [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]


def required(requirements: list[str]) -> set[str]:
    """Return the names of all that is needed for these, directly or not."""
    names: set[str] = set()
    left = [Requirement(line) for line in requirements]
    while left:
        wanted = left.pop()
        if wanted.name not in names and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            names.add(wanted.name)
            left += [Requirement(line) for line in distribution(wanted.name).requires or []]
    return names


def link(name: str, packages: Path) -> None:
    """Put a package of this environment into the other one."""
    found = distribution(name)
    tops = {file.parts[0] for file in found.files or [] if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(found.locate_file(top))))


def certify(user: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run what the command ``certify`` is, far from any checkout."""
    entry = "from importlib.metadata import entry_points as all; all(name='certify')['certify'].load()()"
    command = [str(user), "-I", "-c", entry, *map(str, arguments)]
    return subprocess.run(command, cwd=user.parent, check=False, capture_output=True, text=True)


def test_it_holds_the_clients_packages_alone(wheel: Path, project_version: str) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        *PACKAGES,
        f"certification_service-{project_version}.dist-info",
    }


def test_it_holds_the_licence(wheel: Path, repository: Path) -> None:
    (licence,) = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("/licenses/LICENSE")]
    assert zipfile.ZipFile(wheel).read(licence) == (repository / "LICENSE").read_bytes()


def test_the_command_tells_the_version(user: Path, project_version: str) -> None:
    assert certify(user, "--version").stdout == f"certify {project_version}\n"


def test_the_command_asks_the_service(user: Path) -> None:
    done = certify(user, "models", "--url", "http://127.0.0.1:9")
    assert done.returncode == 6, done.stderr
    assert "http://127.0.0.1:9" in done.stderr


def test_the_command_verifies_certificates(user: Path, tmp_path: Path) -> None:
    jobs = list(ANSWERS.values())
    for certifier in ("first_order", "second_order", "dipole"):
        result = tmp_path / f"{certifier}.json"
        result.write_text(json.dumps(next(job for job in jobs if job["request"]["certifier"] == certifier)))
        done = certify(user, "verify", result)
        assert done.returncode == 0, done.stderr
        assert "holds" in done.stdout


def test_the_command_for_models_says_that_it_needs_the_services_code(user: Path) -> None:
    entry = "from importlib.metadata import entry_points as all; all(name='certify-models')"
    command = [str(user), "-I", "-c", f"{entry}['certify-models'].load()()"]
    done = subprocess.run(command, cwd=user.parent, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        "certify-models runs in a checkout of the service, after 'make import'; "
        "here it lacks the Python package importing\n"
    )


def test_users_get_its_types(user: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(USER)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(user), script.name]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    told = [line.partition(": ")[2] for line in done.stdout.splitlines()[:-1]]
    assert told == [
        'note: Revealed type is "float"',
        'note: Revealed type is "str"',
        (
            'error: Argument 1 to "submit" of "CertificationClient" has incompatible type "int"; expected '
            '"str | Path | bytes | Picture | ImageFile | TensorFile | ndarray[tuple[Any, ...], dtype[Any]]"'
            "  [arg-type]"
        ),
    ]


def test_the_extras_of_the_server_bring_more(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    base = {Requirement(line).name for line in project["dependencies"]}
    assert not base & {"celery", "redis", "fastapi", "uvicorn", "torch", "pydantic-settings"}
    assert project["optional-dependencies"]["client"] == []
