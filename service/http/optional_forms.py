"""Forms of answers that need a package which a gateway may lack."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class OptionalForm:
    """A media type, the package that writes it, and the extra of this project that installs the package."""

    media_type: str
    package: str
    extra: str

    @property
    def possible(self) -> bool:
        """Whether the package is installed. It is not imported for that."""
        return find_spec(self.package) is not None

    @property
    def missing(self) -> str:
        """Say what the form lacks."""
        return (
            f"{self.media_type} needs {self.package}, which this gateway lacks: its operator can install the "
            f"extra `{self.extra}`."
        )
