"""Run one contender in its own process; it reads and writes one JSON value in each line.

    python -m benchmarks.child SETUP

When the contender is built, this prints ``{"batch": ..., "least": ...}``. For each number of samples read
from standard input it prints how many it evaluated, the wall time and the processor time of all its threads.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.contenders import build
from benchmarks.setup import Setup
from certificates import certifier_named


def main() -> None:
    """Serve until standard input ends."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # libraries that print must not break the protocol
    fields = json.loads(sys.argv[1])
    setup = Setup(
        **{**fields, "models": Path(fields["models"]), "certifier": certifier_named(fields["certifier"])}
    )
    contender = build(setup)
    _tell(answers, {"batch": contender.batch, "least": contender.least})
    for line in sys.stdin:
        wall, processor = time.perf_counter(), time.process_time()
        samples = contender.draw(int(line))
        _tell(
            answers,
            {
                "samples": samples,
                "seconds": time.perf_counter() - wall,
                "cpu_seconds": time.process_time() - processor,
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            },
        )


def _tell(stream: object, answer: dict[str, float]) -> None:
    print(json.dumps(answer), file=stream, flush=True)  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
