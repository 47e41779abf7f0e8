"""Population level: probabilities and gradient norms in, lower bounds L(r) and certified radii out.

Imports no other room. Knows no samples and no eta.
"""
