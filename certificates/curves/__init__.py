"""Curves: exact probabilities and gradient norms in, lower bounds L(r) on the score and their radii out.

Imports no other room. Knows no samples and no eta.
"""
