"""Runtimes: compute a model's votes on batches of inputs. One module for each, behind one protocol.

`registry.runtime_entries` lists them. This package imports `noise` for the type of functions that fill a
batch, and no other package of the worker. It knows nothing of jobs or certificates. Nothing is imported
below, because the worker's main process, which must not load PyTorch, imports modules of this package.
"""
