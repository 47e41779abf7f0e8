"""The claim of a job: its rules, its division of eta, its certificates, its curve, and plans before it.

Imports all other packages of `certificates`, and nothing else. Reads no samples.
"""
