"""How the figures show it."""
