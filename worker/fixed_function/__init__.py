"""Whether a model is one function of one input: a runtime in, nothing or a refusal with its cause out.

Imports `runtimes` and `noise`. Runs at load and at the end of a job.
"""
