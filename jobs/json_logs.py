"""The format of log lines: one JSON object in each line, with the ids of its request and its job."""

from __future__ import annotations

import json
import logging
import time
from typing import Final

FIELDS: Final = (
    "request_id",
    "method",
    "path",
    "status",
    "job_id",
    "step",
    "attempt",
    "seconds",
    "samples",
    "repeated",
)
"""Fields that a message may have in its ``extra``; `jobs.repeated_lines` sets the last one, `repeated`."""


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
