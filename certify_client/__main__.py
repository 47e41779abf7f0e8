"""``python -m certify_client`` is the ``certify`` command."""

from certify_client.cli import main

main()
