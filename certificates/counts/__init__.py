"""What was counted: votes, pairs and gradient sums in; sums that add exactly, as JSON and back, out.

Imports the names of `certificates.kinds` alone. Knows no bound and no radius.
"""
