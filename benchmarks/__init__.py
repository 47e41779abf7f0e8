"""Measurements of speed and memory. The service imports nothing from here, and no test needs a figure."""
