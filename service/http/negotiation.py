"""Choose the form of an answer that the client prefers (RFC 9110, Accept)."""

from __future__ import annotations

from collections.abc import Sequence

import mimeparse
from fastapi import Request

from service.http.optional_forms import OptionalForm
from service.http.problems import ProblemError


def preferred(request: Request, offered: Sequence[str], optional: Sequence[OptionalForm] = ()) -> str:
    """Return the media type that the client likes best; the first of ``offered`` if it does not say.

    ``optional`` forms are offered where their package is installed. Raises ProblemError ``not-acceptable``,
    which names what is offered, and what the other forms need.
    """
    possible = [*offered, *(form.media_type for form in optional if form.possible)]
    asked = ",".join(request.headers.getlist("accept")).lower() or "*/*"
    try:
        # The last of equally good types is taken, so the first choice comes last.
        chosen = str(mimeparse.best_match(possible[::-1], asked))
    except mimeparse.MimeTypeParseException:
        chosen = ""
    if not chosen:
        lacking = [form.missing for form in optional if not form.possible]
        raise ProblemError("not-acceptable", " ".join([f"Possible here: {', '.join(possible)}.", *lacking]))
    return chosen
