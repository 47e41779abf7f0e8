"""Certifiers: from evidence, sigma and eta to a certificate. One module for each, and one registry.

Imports `bounds`, `counts`, `curves` and `certificate`. Knows no job.
"""
