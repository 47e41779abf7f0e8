"""Runs: rows of one test set come in as ordinary jobs, and sums over them go out without reading them all.

A run fixes model, certifier and parameters for its rows. It imports what the rest of ``jobs`` imports, and
never touches an input.
"""
