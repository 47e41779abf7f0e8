"""A look that one caller has just used is told to no other owner, and every request needs its key."""

from __future__ import annotations

import httpx
import pytest

from tests.support.api_keys import ALICE, BOB, LIMITED, Ask, submit
from tests.support.problems import check_problem

TRIES = 5


@pytest.mark.parametrize("tail", ["", "/events"])
def test_another_owner_does_not_see_a_job_while_its_owner_does(ask: Ask, tail: str) -> None:
    path = str(submit(ask, ALICE).headers["location"])
    for _ in range(TRIES):
        assert ask("GET", path, ALICE).is_success
        check_problem(ask("GET", path + tail, BOB), "job-not-found", 404)


def test_a_job_that_was_just_told_is_not_told_without_a_key(ask: Ask) -> None:
    path = str(submit(ask, ALICE).headers["location"])
    for _ in range(TRIES):
        assert ask("GET", path, ALICE).is_success
        for answer in (ask("GET", path), ask("GET", path, headers={"Authorization": "Basic YTpi"})):
            check_problem(answer, "unauthorized", 401)
            assert answer.headers["www-authenticate"] == "Bearer"


def test_polls_count_towards_the_limit_of_their_key(ask: Ask) -> None:
    path = str(submit(ask, LIMITED).headers["location"])
    answers: list[httpx.Response] = [ask("GET", path, LIMITED) for _ in range(6)]
    assert answers[0].is_success
    check_problem(answers[-1], "too-many-requests", 429)
