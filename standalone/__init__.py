"""The whole service on one machine: server, gateway and workers under one supervisor."""
