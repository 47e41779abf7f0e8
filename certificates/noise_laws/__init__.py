"""Laws of noise: which inputs each law is for, and what it costs in confidence.

There is one module for each kind of law, and one line below for each law. Imports only `catalogue`. Nothing
is drawn here: `worker/noise/drawn_laws.py` lists how the worker draws each law.
"""

from certificates.catalogue import Catalogue
from certificates.noise_laws.float_gaussian import FloatGaussian
from certificates.noise_laws.grid_gaussian import GridGaussian
from certificates.noise_laws.noise_law import Noise

__all__ = ["NOISE_LAWS", "FloatGaussian", "GridGaussian", "Noise"]

NOISE_LAWS: Catalogue[Noise] = Catalogue("Noise", "What is added to the input.")
"""All laws that a job can ask for."""

Noise.GAUSSIAN = NOISE_LAWS.register(FloatGaussian("gaussian"))
Noise.DISCRETE = NOISE_LAWS.register(GridGaussian("discrete"))
