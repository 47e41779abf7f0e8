"""A text that does harm where it is read as markup."""

from __future__ import annotations

from typing import Final

HOSTILE: Final = "<img src=x onerror=document.title='owned'>"
"""It would change the title of the page."""
