"""Noise: an input, a seed and a block in, noisy inputs out, which anyone can draw again.

Imports no other room of the worker. Never sees a model.
"""
