"""An import leaves the loggers of the process as they were."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

import pytest

from importing.import_errors import ImportRefused
from importing.load_checks import loaded
from importing.quiet_logs import at_least
from registry import Registry
from tests.support.model_folders import write_folder


@pytest.mark.parametrize("name", ["tests.quiet", None])
def test_a_logger_is_quiet_within_the_block_alone(name: str | None) -> None:
    logger = logging.getLogger(name)
    before = logger.level
    with suppress(ZeroDivisionError), at_least(logging.CRITICAL, name):
        assert logger.level == logging.CRITICAL
        raise ZeroDivisionError
    assert logger.level == before


def test_a_model_that_is_refused_leaves_workers_telling_what_they_find(tmp_path: Path) -> None:
    write_folder(tmp_path, "good", b"no network")
    before = logging.getLogger("worker").level
    with pytest.raises(ImportRefused):
        loaded(Registry(tmp_path).get("good"))
    assert logging.getLogger("worker").level == before
