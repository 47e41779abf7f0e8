"""Logs on standard error: one JSON object a line, with the job's id where there is one."""

from __future__ import annotations

import json
import logging
import logging.config
import time
from typing import Final

FIELDS: Final = ("job_id", "step", "attempt", "seconds", "samples")
"""What a message may carry in its ``extra``."""


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object; times are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, object] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "pid": record.process,
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure_logging(level: str) -> None:
    """Set up logging of the whole process. Called by the entry point alone."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonFormatter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
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
