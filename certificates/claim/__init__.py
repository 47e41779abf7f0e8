"""The claim of a job: how eta is divided, and which certificates the job may publish.

Imports all other packages of `certificates`, and nothing else. Reads no samples.
"""
