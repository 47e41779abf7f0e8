"""Sampling: a runtime, an input and a range of blocks in, counts that add exactly out.

Imports `noise` and `runtimes`. Knows no job and no server.
"""
