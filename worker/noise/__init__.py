"""Noise: a key, a block and a size in, random numbers that anyone can draw again out.

Imports no other room of the worker. Never sees a model.
"""
