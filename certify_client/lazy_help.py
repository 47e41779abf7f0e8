"""Help that names the certifiers of this package, found only when help is asked for: that loads SciPy."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperOption


class NamesCertifiers(TyperCommand):
    """A command whose option ``--certifier`` lists the certifiers there are."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Fill in the names, and write the help."""
        from certificates import CERTIFIERS  # noqa: PLC0415 - loads SciPy

        *first, last = CERTIFIERS.names()
        for option in self.params:
            if isinstance(option, TyperOption) and option.name == "certifier":
                option.help = f"{', '.join(first)} or {last}."
        super().format_help(ctx, formatter)
