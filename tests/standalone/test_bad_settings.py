"""A setting that cannot be used stops every program, with a sentence that names it and what it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.refusals import Start, starting

Refused = Callable[..., str]

PROGRAMS = {"service": ("gateway ", 2), "worker": ("worker ", 2), "standalone": ("", 1)}
PYDANTIC = ("Input should", "should match", "Value error", "unable to parse", "validation error", "pydantic")
SEVERITIES = "must be 'debug', 'info', 'warning' or 'error'"


@pytest.fixture(scope="module")
def starts() -> Iterator[dict[str, Start]]:
    with ExitStack() as stack:
        yield {program: stack.enter_context(starting(program)) for program in PROGRAMS}


@pytest.fixture
def refused(starts: dict[str, Start]) -> Refused:
    """Start a program that must refuse its settings; return the line that says why."""

    def start(program: str, **settings: str) -> str:
        done = starts[program](**settings)
        name, status = PROGRAMS[program]
        assert done.returncode == status, done.stderr
        assert not [words for words in PYDANTIC if words in done.stderr], done.stderr
        (line,) = done.stderr.splitlines()
        said = f"{'the ' if name else ''}{name}cannot start: "
        assert line.startswith(said)
        return line.removeprefix(said)

    return start


@pytest.mark.parametrize(
    ("program", "setting", "value", "said"),
    [
        ("service", "port", "65536", "must be at most 65,535, not '65536'"),
        ("service", "max_pixels", "0", "must be at least 1, not '0'"),
        ("service", "stall_s", "-2.5", "must be above 0, not '-2.5'"),
        ("service", "sigma_min", "inf", "must be a finite number, not 'inf'"),
        ("worker", "niceness", "20", "must be at most 19, not '20'"),
        ("worker", "visibility_timeout_s", "1", "must be at least 2, not '1'"),
        ("standalone", "server_port", "0", "must be at least 1, not '0'"),
        ("standalone", "workers", "65", "must be at most 64, not '65'"),
    ],
)
def test_a_number_out_of_range(refused: Refused, program: str, setting: str, value: str, said: str) -> None:
    assert refused(program, **{setting: value}) == f"CERTIFY_{setting.upper()}: {said}"


@pytest.mark.parametrize(
    ("program", "setting", "value", "said"),
    [
        ("service", "port", "http", "must be a whole number, not 'http'"),
        ("service", "sigma_max", "ten", "must be a number, not 'ten'"),
        ("service", "log_level", "inof", f"{SEVERITIES}, not 'inof'; did you mean `info`?"),
        ("worker", "log_level", "loud", f"{SEVERITIES}, not 'loud'"),
        ("worker", "device", "cud", "must be 'cpu' or 'cuda', not 'cud'; did you mean `cuda`?"),
        ("worker", "threads", "two", "must be a whole number, not 'two'"),
        ("standalone", "port", "http", "must be a whole number, not 'http'"),
    ],
)
def test_a_wrong_word(refused: Refused, program: str, setting: str, value: str, said: str) -> None:
    assert refused(program, **{setting: value}) == f"CERTIFY_{setting.upper()}: {said}"


@pytest.mark.parametrize(
    ("program", "setting", "value", "meant"),
    [("service", "metrics_open", "ture", "true"), ("worker", "begin_jobs", "flase", "false")],
)
def test_a_misspelt_boolean(refused: Refused, program: str, setting: str, value: str, meant: str) -> None:
    """The standalone service has no such setting of its own: its gateway and workers read them."""
    said = f"must be true or false, not '{value}'; did you mean `{meant}`?"
    assert refused(program, **{setting: value}) == f"CERTIFY_{setting.upper()}: {said}"


def test_a_list_that_is_none_and_one_whose_entry_cannot_be_used(refused: Refused) -> None:
    said = refused("service", allowed_hosts="lab.example")
    assert said == 'CERTIFY_ALLOWED_HOSTS: must be a list in JSON, such as ["A", "B"]'
    said = refused("service", allowed_hosts='["lab.example", "a/b"]')
    assert said.startswith("CERTIFY_ALLOWED_HOSTS (entry 2): must match the regular expression ")


def test_all_settings_that_are_wrong_are_named(refused: Refused) -> None:
    said = refused("service", port="http", max_n="1")
    assert said.split("; ") == [
        "CERTIFY_PORT: must be a whole number, not 'http'",
        "CERTIFY_MAX_N: must be at least 2, not '1'",
    ]


def test_settings_that_contradict_each_other_are_named_as_variables(refused: Refused) -> None:
    said = refused("service", sigma_min="20")
    assert said == "CERTIFY_SIGMA_MIN must not exceed CERTIFY_SIGMA_MAX"


@pytest.mark.parametrize("value", ["certify_" + "k" * 43, "redis://:Hunter2@h/0", "two words", "x" * 21])
def test_what_may_be_a_secret_in_the_wrong_place_is_not_repeated(refused: Refused, value: str) -> None:
    assert refused("service", port=value) == "CERTIFY_PORT: must be a whole number"
