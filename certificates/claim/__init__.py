"""What a job claims: a request in, the division of eta and the certificates that it may publish out.

Imports every other room of `certificates`, and only those. Reads no samples.
"""
