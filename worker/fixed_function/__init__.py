"""Check that a model is one function of one input, and refuse it with the likely cause if it is not.

Imports `runtimes` and `noise`. Runs at load and after the shards of a job.
"""
