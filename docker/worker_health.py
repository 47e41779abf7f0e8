"""Health of the worker in this container: its loop that takes tasks has lately given a sign of life."""

from __future__ import annotations

import socket
import sys

from jobs.connection import connect
from jobs.liveness import Liveness
from jobs.settings import JobsSettings


def main() -> int:
    """Return 0 when a worker of this host is alive."""
    settings = JobsSettings()
    client = connect(settings, retries=0)
    alive = Liveness(client, settings).live_workers()
    return 0 if any(record.host == socket.gethostname() for record in alive) else 1


if __name__ == "__main__":
    sys.exit(main())
