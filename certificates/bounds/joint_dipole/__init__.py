"""The joint dipole bound: from counts of antithetic pairs and eta to a certified radius."""
