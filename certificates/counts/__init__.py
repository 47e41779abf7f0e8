"""The counts of a job: votes, pairs and gradient sums, which add exactly, and their form in JSON.

Imports only `certificates.kinds`. Contains no bounds and no radii.
"""
