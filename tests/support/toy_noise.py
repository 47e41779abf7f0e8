"""``python -m tests.support.toy_noise``: a program that knows one law of noise more, ``mirrored``.

Arguments: the program's module, and its own arguments. The law, how it is drawn and the module that draws it
are all that is new. The worker's half is registered where there is a worker.
"""

from __future__ import annotations

import sys
from typing import Final

from certificates.noise_laws import NOISE_LAWS, FloatGaussian
from tests.support.extended_service import run_program

NAME: Final = "mirrored"
GENERATOR: Final = "philox4x32-10/box-muller/float32, mirrored"
LAW: Final = FloatGaussian(NAME)


def register() -> None:
    NOISE_LAWS.register(LAW)
    if sys.argv[1] == "worker":
        _register_drawing()


def _register_drawing() -> None:
    from worker.noise.drawn_laws import DRAWN_LAWS, DrawnLaw  # noqa: PLC0415 - only in a worker

    DRAWN_LAWS.register(
        DrawnLaw(
            law=LAW,
            generators={"cpu": GENERATOR, "cuda": GENERATOR},
            sources={"cpu": "tests.support.mirrored_source:mirrored_source"},
        )
    )


if __name__ == "__main__":
    register()
    run_program()
