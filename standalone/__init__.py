"""The whole service on one machine, supervised by one command."""
