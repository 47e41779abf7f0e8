"""Write names into the paths of requests."""

from __future__ import annotations

from urllib.parse import quote

from certify_client.client_errors import UnusableSetting


def path_part(name: str) -> str:
    """Return a name as one part of a path. Raises UnusableSetting if UTF-8 cannot express it."""
    try:
        return quote(name, safe="")
    except UnicodeEncodeError as error:
        raise UnusableSetting("what was given holds characters that UTF-8 cannot express") from error
