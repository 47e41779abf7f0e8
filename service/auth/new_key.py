"""`python -m service.auth.new_key new NAME` draws an API key and prints the entry for the keys file."""

from __future__ import annotations

import argparse
import sys

from pydantic import ValidationError

from service.auth.keyring import KeyEntry, hash_key, new_key

_TOLD = """# Append this entry to the file that CERTIFY_KEYS_FILE names. The gateway notices the change.
[[key]]
name = "{name}"
sha256 = "{sha256}"
# max_active_jobs = 10
# max_runs = 20
# requests_per_minute = 600
# max_n = 1000000
"""


def main(arguments: list[str] | None = None) -> int:
    """Print the key on standard error, once, and its entry on standard output."""
    parser = argparse.ArgumentParser(prog="python -m service.auth.new_key", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new", help="draw a key")
    new.add_argument("name", help="owner of the key: jobs are visible to the keys of their owner alone")
    name = parser.parse_args(arguments).name
    key = new_key()
    try:
        entry = KeyEntry(name=name, sha256=hash_key(key))
    except ValidationError:
        parser.error("NAME: 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or a digit")
    sys.stderr.write(f"The key. It is not stored anywhere, so pass it on now.\n{key}\n")
    sys.stdout.write(_TOLD.format(name=entry.name, sha256=entry.sha256))
    return 0


if __name__ == "__main__":
    sys.exit(main())
