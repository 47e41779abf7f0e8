"""Command line and Python client of the service."""
