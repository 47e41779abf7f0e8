"""Certifiers: evidence, sigma and eta in, a certificate out. One module each, one registry.

Imports `bounds`, `counts`, `curves` and `certificate`. Knows no job.
"""
