"""How each law of noise is drawn: one entry for each law. Does not load PyTorch.

An entry names the generator on each kind of device, as a job's plan and its certificate state it. Generators
that draw different numbers from the same seed have different names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from certificates.catalogue import Catalogue
from certificates.noise_laws import NOISE_LAWS, Noise
from jobs.plan import Device


@dataclass(frozen=True)
class DrawnLaw:
    """How one law is drawn.

    ``sources``: by kind of device the dotted name, ``module:callable``, of what makes a NoiseSource there
    (`worker.noise.sources.SourceOf`); only processes that draw noise on it import it. ``loops``: the modules
    whose ``warm_up`` compiles the loops that the source needs on the CPU. Nothing of the CPU imports PyTorch.
    """

    law: Noise
    generators: Mapping[Device, str]
    sources: Mapping[Device, str]
    loops: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the law's name."""
        return self.law.name


DRAWN_LAWS: Final[Catalogue[DrawnLaw]] = Catalogue("Noise", "How a law of noise is drawn.")
"""Every law that a worker can draw."""

DRAWN_LAWS.register(
    DrawnLaw(
        law=Noise.GAUSSIAN,
        generators={"cpu": "philox4x32-10/box-muller/float32", "cuda": "torch-philox/float32"},
        sources={
            "cpu": "worker.noise.gaussian_source:HostGaussianSource",
            "cuda": "worker.noise.gpu_gaussian_source:DeviceGaussianSource",
        },
        loops=("worker.noise.box_muller", "worker.noise.grouped_sums"),
    )
)
DRAWN_LAWS.register(
    DrawnLaw(
        law=Noise.DISCRETE,
        generators={"cpu": "philox4x32-10/thresholds/int16", "cuda": "torch-philox/thresholds/int16"},
        sources={
            "cpu": "worker.noise.discrete.discrete_source:HostDiscreteSource",
            "cuda": "worker.noise.discrete.gpu_discrete_source:DeviceDiscreteSource",
        },
        loops=("worker.noise.discrete.cpu_draws",),
    )
)


def generator_of(law: Noise, device: Device) -> str:
    """Return the name of a law's generator on a kind of device. ValueError if this worker cannot draw it."""
    return DRAWN_LAWS.named(law.name).generators[device]


def generators_on(device: Device) -> tuple[str, ...]:
    """Return the names of the generators of all laws on a kind of device. ValueError if one is not drawn."""
    return tuple(generator_of(law, device) for law in NOISE_LAWS)
