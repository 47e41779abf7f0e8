"""Write logs to standard error, with the id of the request."""

from __future__ import annotations

import logging
import logging.config
import secrets
from contextvars import ContextVar

from jobs.log_lines import LogFormat, formatter

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered; None outside a request."""


def new_request_id() -> str:
    """Draw an id for a request that has none."""
    return secrets.token_urlsafe(16)


class _RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if (identifier := request_id.get()) is not None:
            record.request_id = identifier
        return True


def configure_logging(level: str, chosen: LogFormat) -> None:
    """Set up logging for the whole process. Only the entry point calls this, not the app factory."""
    # No line names threads or processes, and every line would pay for them.
    logging.logThreads = logging.logMultiprocessing = False
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"request_id": {"()": _RequestIdFilter}},
            "formatters": {"chosen": {"()": lambda: formatter(chosen)}},
            "handlers": {
                "stderr": {
                    "class": "jobs.repeated_lines.LimitedHandler",
                    "formatter": "chosen",
                    "filters": ["request_id"],
                }
            },
            "root": {"level": level.upper(), "handlers": ["stderr"]},
        }
    )
