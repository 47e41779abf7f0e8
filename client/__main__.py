"""``python -m client`` is the ``certify`` command."""

from client.cli import main

main()
