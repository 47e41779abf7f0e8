"""``python -m tests.support.extensions``: a program that knows one certifier, law of noise and runtime more.

Arguments: the program's module, and its own arguments.
"""

from __future__ import annotations

from tests.support import toy_certifier, toy_noise, toy_runtime
from tests.support.extended_service import run_program

if __name__ == "__main__":
    for toy in (toy_certifier, toy_noise, toy_runtime):
        toy.register()
    run_program()
