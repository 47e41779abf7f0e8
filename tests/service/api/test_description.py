"""`openapi.yaml` is what the app serves, and it is true."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import yaml
from pydantic import TypeAdapter

from service.api import examples
from service.api.example_requests import FIELDS
from service.certification.resources import JobResource
from service.certification.verifications import VerdictResource
from service.gateway_settings import GatewaySettings
from service.http.problems import PROBLEMS
from verification.certificate_check import verify


@pytest.fixture(scope="session")
def document(repository: Path) -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    loaded: dict[str, dict[str, dict[str, dict[str, object]]]] = yaml.safe_load(
        (repository / "openapi.yaml").read_text()
    )
    return loaded


def test_the_committed_file_is_what_is_served(document: object, http: httpx.Client) -> None:
    """If this fails: python -m service.openapi > openapi.yaml."""
    assert http.get("/openapi.json").json() == document


def test_it_tells_the_version_of_the_project(http: httpx.Client, project_version: str) -> None:
    assert http.get("/openapi.json").json()["info"]["version"] == project_version


def test_every_problem_type_is_documented(document: object) -> None:
    written = str(document)
    undocumented = {slug for slug in PROBLEMS if f"problem:{slug}'" not in written}
    # Answers to requests that match no route of the description.
    assert undocumented == {"bad-request", "not-found", "method-not-allowed"}


def test_every_route_documents_its_defects(
    document: dict[str, dict[str, dict[str, dict[str, object]]]],
) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            assert isinstance(responses, dict)
            assert "500" in responses
            assert "HTTPValidationError" not in str(operation)


@pytest.mark.parametrize("name", [name for name, job in examples.ANSWERS.items() if job["certificate"]])
def test_the_example_certificates_hold(name: str) -> None:
    assert verify(examples.ANSWERS[name]).faults == ()


def test_there_is_an_answer_to_each_example_request() -> None:
    assert examples.ANSWERS.keys() == {*FIELDS, "queued", "running", "cancelled", "failed"}


def test_the_example_answers_are_jobs() -> None:
    for answer in examples.ANSWERS.values():
        TypeAdapter(JobResource).validate_python(answer)


@pytest.mark.parametrize("name", examples.VERDICTS)
def test_the_example_verdicts_are_answers(name: str) -> None:
    verdict = VerdictResource.model_validate(examples.VERDICTS[name])
    assert verdict.valid is (name == "holds")


def test_every_setting_is_described() -> None:
    assert all(setting.description for setting in GatewaySettings.model_fields.values())
