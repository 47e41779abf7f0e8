"""``python -m standalone``: start and supervise everything, until Ctrl-C."""

from __future__ import annotations

import os
import sys

from pydantic import ValidationError
from pydantic_settings import SettingsError

from jobs.open_files import raise_limit
from jobs.shared_settings import faults
from registry.fault_words import fault_in_words
from standalone.checks import CannotStart, lock_data_folder, require_free_ports
from standalone.programs import configuration
from standalone.standalone_settings import StandaloneSettings
from standalone.supervision import supervise


def main() -> int:
    """Return the exit status: 0 after an orderly stop, 1 when something could not be started."""
    raise_limit()
    try:
        settings = StandaloneSettings()
        with lock_data_folder(settings.data_dir):
            require_free_ports(settings)
            return _run(settings)
    except (ValidationError, SettingsError) as error:
        sys.stderr.write(f"cannot start: {faults(error, fault_in_words)}\n")
    except CannotStart as error:
        sys.stderr.write(f"cannot start: {error}\n")
    return 1


def _run(settings: StandaloneSettings) -> int:
    for folder in ("logs", "server"):
        (settings.data_dir / folder).mkdir(exist_ok=True)
    path = settings.data_dir / "supervisord.conf"
    with path.open("w", encoding="utf-8") as file:
        configuration(settings).write(file)
    os.environ |= {  # the programs inherit this environment
        "CERTIFY_REDIS_URL": settings.broker_url,
        "CERTIFY_HOST": settings.host,
        "CERTIFY_PORT": str(settings.port),
        "PYTHONUNBUFFERED": "1",
    }
    return 0 if supervise(path) else 1


if __name__ == "__main__":
    sys.exit(main())
