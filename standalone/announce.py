"""Print one line when the service is ready."""

from __future__ import annotations

import sys
import time

from certify_client import CertificationClient

_INTERVAL_S = 0.5
"""Pause between two looks. A choice: a person waits for the line."""


def main() -> None:
    """Wait until the gateway at the URL given as the only argument can run jobs, then say so."""
    url = sys.argv[1]
    with CertificationClient(url, timeout_s=5.0) as client:
        while not client.ready():
            time.sleep(_INTERVAL_S)
    sys.stdout.write(f"The service is ready at {url} (its API: {url}/openapi.json). Ctrl-C stops it.\n")


main()
