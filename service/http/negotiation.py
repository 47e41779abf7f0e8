"""Choose the form of an answer that the client prefers (RFC 9110, Accept)."""

from __future__ import annotations

from collections.abc import Sequence

import mimeparse
from fastapi import Request

from service.http.problems import ProblemError


def preferred(request: Request, offered: Sequence[str]) -> str:
    """Return the media type among ``offered`` that the client likes best; the first if it does not say.

    Raises ProblemError ``not-acceptable``, which names what is offered.
    """
    asked = ",".join(request.headers.getlist("accept")).lower() or "*/*"
    try:
        # The last of equally good types is taken, so the first choice comes last.
        chosen = str(mimeparse.best_match(offered[::-1], asked))
    except mimeparse.MimeTypeParseException:
        chosen = ""
    if not chosen:
        raise ProblemError("not-acceptable", f"Possible here: {', '.join(offered)}.")
    return chosen
