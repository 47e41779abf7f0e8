"""Quantising: a model and pictures in, a model of its own with 8-bit weights and activations out."""
