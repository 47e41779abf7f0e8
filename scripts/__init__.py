"""How the shipped models were made. Needs the ``models`` extra; nothing here runs in the service."""
