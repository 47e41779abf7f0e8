"""The keys file: the hash, the owner and the limits of each API key. It is read again when it changes."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from registry.fault_words import Fault, did_you_mean, fault_in_words

KEY_PREFIX: Final = "certify_"
_RANDOM_BYTES: Final = 32
LONGEST_KEY: Final = 200
"""Longer keys are refused before they are hashed. A choice: keys of this service have 51 characters."""

_CALLED: Final = "the file that CERTIFY_KEYS_FILE names"
"""The name of the keys file in messages. Its path is not shown: the setting may hold a key by mistake."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class KeysFileError(Exception):
    """Raised when the keys file cannot be read. No caller is admitted until it can be read again."""


class KeyEntry(BaseModel):
    """One key. Entries with the same name belong to one owner, who can thus change keys without a gap.

    ``sha256`` is the hash of the whole key in ASCII. Keys hold 256 random bits, so nobody can find a key by
    trying hashes; a salt or a slow hash would add nothing. If a limit is None, the gateway's own limit holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    sha256: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")]
    max_active_jobs: Annotated[int, Field(ge=1)] | None = None
    max_runs: Annotated[int, Field(ge=1)] | None = None
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    max_n: Annotated[int, Field(ge=1)] | None = None


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    key: tuple[KeyEntry, ...] = ()


class Keyring:
    """The keys of one file. The constructor raises KeysFileError if the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = None
        self._entries: tuple[KeyEntry, ...] = ()
        self._current()

    def find(self, key: str) -> KeyEntry | None:
        """Return the entry of a key, or None. Raises KeysFileError when the file has become unreadable.

        All entries are compared, each in constant time, so the time does not tell how much of a hash agrees.
        """
        digest = hash_key(key).encode()
        found: KeyEntry | None = None
        for entry in self._current():
            if hmac.compare_digest(entry.sha256.encode(), digest):
                found = entry
        return found

    def _current(self) -> tuple[KeyEntry, ...]:
        """Return the entries; read the file again if it has changed."""
        with self._lock:
            try:
                status = self._path.stat()
                seen = (status.st_ino, status.st_mtime_ns, status.st_size)
                if seen != self._seen:
                    self._entries = _read(self._path)
                    self._seen = seen
            except (OSError, ValueError) as error:
                self._seen = None
                raise KeysFileError(f"{_CALLED} cannot be read: {_reason(error)}") from None
            return self._entries


def hash_key(key: str) -> str:
    """Return the SHA-256 of a key in hexadecimal, the form of the keys file."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key() -> str:
    """Draw a key of 256 random bits."""
    return KEY_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def _read(path: Path) -> tuple[KeyEntry, ...]:
    entries = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).key
    hashes = [entry.sha256 for entry in entries]
    if len(set(hashes)) < len(hashes):
        raise ValueError("two entries have the same sha256")
    return entries


def _reason(error: Exception) -> str:
    """Say what is wrong without repeating the file's content."""
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{_place(fault)}: {_fault(fault)}"
            for fault in error.errors(include_input=False, include_url=False)
        )
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)


def _place(fault: Fault) -> str:
    """Name the place. A name that resembles no known one is shown as ``?``: it may be a misplaced key."""
    known = {*_File.model_fields, *KeyEntry.model_fields}
    return ".".join(
        str(part) if isinstance(part, int) or part in known or did_you_mean(part, known) else "?"
        for part in fault["loc"]
    )


def _fault(fault: Fault) -> str:
    *_, field = fault["loc"]
    match fault["type"]:
        case "extra_forbidden":
            known = _File.model_fields if len(fault["loc"]) == 1 else KeyEntry.model_fields
            return f"is not a field of this file{did_you_mean(str(field), known)}"
        case "string_pattern_mismatch":
            return _RULES[field]
        case _:
            return fault_in_words(fault)


_RULES: Final = {
    "name": "must be up to 63 of the letters a-z, digits, `_` and `-`, a letter or a digit first",
    "sha256": "must be the 64 hexadecimal digits that `python -m service.auth.new_key new NAME` prints",
}
"""The patterns of an entry's fields, in words."""
