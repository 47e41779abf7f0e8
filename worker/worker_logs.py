"""Logs on standard error: one JSON object a line, with the job's id where there is one."""

from __future__ import annotations

import logging.config

from jobs.json_logs import JsonFormatter


def configure_logging(level: str) -> None:
    """Set up logging of the whole process. Called by the entry point alone."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonFormatter}},
            "handlers": {"stderr": {"class": "jobs.repeated_lines.LimitedHandler", "formatter": "json"}},
            "root": {"level": level.upper(), "handlers": ["stderr"]},
            # One line for each received task would drown what matters.
            "loggers": {
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                # Tracebacks, several a second while a server refuses to write; the pulse says it in a line.
                "celery.worker.consumer.consumer": {"level": "CRITICAL"},
            },
        }
    )
