"""Runtimes: a model's manifest in, votes on batches of inputs out. One module each, behind one protocol.

Which there are says `registry.runtime_entries`. Imports `noise` for what fills a batch, and no other room of
the worker. Never knows a job, a certificate or where a batch comes from. Nothing is imported below, as the
worker's main process takes from here what needs no PyTorch.
"""
