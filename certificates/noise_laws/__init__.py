"""Laws of noise: sigma and the scale of an input in, what the law needs and what it costs in confidence out.

One module a kind of law, one line below for each law. Imports `catalogue` alone. Draws nothing: that is the
worker's half, which `worker/noise/drawn_laws.py` lists.
"""

from certificates.catalogue import Catalogue
from certificates.noise_laws.float_gaussian import FloatGaussian
from certificates.noise_laws.grid_gaussian import GridGaussian
from certificates.noise_laws.noise_law import Noise

__all__ = ["NOISE_LAWS", "FloatGaussian", "GridGaussian", "Noise"]

NOISE_LAWS: Catalogue[Noise] = Catalogue("Noise", "What is added to the input.")
"""Every law that a job can ask for."""

Noise.GAUSSIAN = NOISE_LAWS.register(FloatGaussian("gaussian"))
Noise.DISCRETE = NOISE_LAWS.register(GridGaussian("discrete"))
