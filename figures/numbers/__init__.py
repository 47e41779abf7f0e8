"""What the figures show, as arrays."""
