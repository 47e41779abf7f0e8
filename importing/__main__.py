"""``python -m importing``: the command ``certify-models``."""

from importing.certify_models_cli import main

main()
