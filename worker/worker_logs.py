"""Write logs to standard error, with the id of the job, if any."""

from __future__ import annotations

import logging.config

from jobs.log_lines import LogFormat, formatter


def configure_logging(level: str, chosen: LogFormat) -> None:
    """Set up logging for the whole process. Only the entry point calls this."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"chosen": {"()": lambda: formatter(chosen)}},
            "handlers": {"stderr": {"class": "jobs.repeated_lines.LimitedHandler", "formatter": "chosen"}},
            "root": {"level": level.upper(), "handlers": ["stderr"]},
            # One line for each received task would hide more important lines.
            "loggers": {
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                # Tracebacks, several a second while a server refuses to write; the pulse says it in a line.
                "celery.worker.consumer.consumer": {"level": "CRITICAL"},
            },
        }
    )
