"""Measurements of speed. Nothing here is imported by the service or decides whether a test passes."""
