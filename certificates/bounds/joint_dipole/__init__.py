"""The joint dipole bound: counts of antithetic pairs and eta in, a certified radius out."""
