"""A connection that is lost while a message is out costs a delivery, and never the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from jobs import keys
from jobs.celery_app import make_celery
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from tests.support.server import Server

pytestmark = pytest.mark.own_server


@pytest.mark.parametrize("answer", ["ack", "reject", "requeue"])
def test_a_message_that_cannot_be_answered_leaves_room_for_the_next(
    server: Server, jobs_settings: JobsSettings, queue: Queue, answer: str
) -> None:
    queue.enqueue_select("A" * 22)
    app = make_celery(jobs_settings)
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        channel.basic_qos(0, 1, False)
        message = channel.basic_get(keys.COMMON_QUEUE)
        assert not channel.qos.can_consume()
        server.kill()
        answers: dict[str, Callable[..., Any]] = {
            "ack": message.ack_log_error,
            "reject": message.reject_log_error,
            "requeue": lambda *given: message.reject_log_error(*given, requeue=True),
        }
        answers[answer](logging.getLogger(__name__), connection.connection_errors)
        assert channel.qos.can_consume()
        server.start()
    app.close()
