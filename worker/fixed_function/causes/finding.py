"""One operator of a model's graph that is often why the model is not a function of one input."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Defect(Enum):
    """What is wrong with a model: its answers change, or the rows of a batch influence each other."""

    CHANGES = auto()
    MIXES = auto()


TRAINING = "Export the network after net.eval(), with running statistics (track_running_stats=True)"
OVER_ROWS = "Axis 0 is the batch: reduce over the features of each row, dim=1 or later"
BETWEEN_ROWS = "Axis 0 is the batch: a row must not be moved, compared or added to another"
DYNAMIC = "A scale found while computing spans all rows: quantise with fixed scales (static quantisation)"
SEQUENCE = "The layer takes the batch for its sequence: build it with batch_first=True"
RANDOM = "Remove what is random: export the network after net.eval()"


@dataclass(frozen=True, slots=True)
class Finding:
    """An operator: ``what`` it is in the words of its format, ``where`` in the graph, and the ``remedy``."""

    what: str
    where: str
    remedy: str

    def explains(self, defect: Defect) -> bool:
        """Whether it may cause the defect. Updated statistics may cause both: they are a state over rows."""
        if self.remedy == TRAINING:
            return True
        return (defect is Defect.CHANGES) == (self.remedy == RANDOM)

    def __str__(self) -> str:
        """Return the operator and its place, for messages."""
        return f"{self.what} ({self.where})" if self.where else self.what
