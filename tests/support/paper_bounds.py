"""The certificates with the paper's own bounds."""

from functools import partial

import certificates
from certificates import Bounds

certify = partial(certificates.certify, bounds=Bounds.PAPER)
certify_first_order = partial(certificates.certify_first_order, bounds=Bounds.PAPER)
certify_second_order = partial(certificates.certify_second_order, bounds=Bounds.PAPER)
certify_dipole = partial(certificates.certify_dipole, bounds=Bounds.PAPER)
