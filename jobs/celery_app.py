"""The Celery application. It is used only as a queue that delivers each short task at least once."""

from __future__ import annotations

from typing import Final

from celery import Celery

from jobs import keys
from jobs.kombu_transport import MendedAMQP
from jobs.shared_settings import JobsSettings

SELECT: Final = "certification.select"
SAMPLE: Final = "certification.sample"
CERTIFY: Final = "certification.certify"


def make_celery(settings: JobsSettings) -> Celery:
    """Build the application for one server. Results live in the job store: there is no result backend."""
    app = Celery("certification", broker=settings.server.broker_url, amqp=MendedAMQP, set_as_current=False)
    app.conf.update(
        task_default_queue=keys.COMMON_QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        # A task that outlives a lost connection still stores its counts; running it twice is harmless.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_use_ssl=settings.server.broker_tls,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # A server that answers but refuses to write is waited for, like one that is away.
        broker_channel_error_retry=True,
        broker_transport_options={
            "visibility_timeout": settings.visibility_timeout_s,
            # A worker that dies while it restores tasks must not block the others for long.
            "unacked_mutex_expire": settings.visibility_timeout_s,
            "unacked_restore_interval": max(1, settings.visibility_timeout_s // 3),
            "unacked_restore_throttle": 1,
            "global_keyprefix": keys.BROKER_PREFIX,
            "socket_timeout": settings.store_timeout_s,
            "socket_connect_timeout": settings.store_timeout_s,
            "health_check_interval": 10,
            **settings.server.broker_options,
        },
        visibility_timeout=settings.visibility_timeout_s,
    )
    return app
