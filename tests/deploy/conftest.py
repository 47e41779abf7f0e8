"""The base of the manifests, run by a Docker engine: server, gateway and a worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from certify_client import CertificationClient
from tests.support.api_keys import ALICE, KEYS
from tests.support.docker_engine import engine, engine_answers
from tests.support.pods import Cluster, Started, rendered

IMAGES = "CERTIFY_TEST_IMAGES"
"""The tag of the images to run; `make containers` builds them and sets it."""


@pytest.fixture(scope="module")
def started() -> Iterator[Started]:
    tag = os.environ.get(IMAGES)
    if tag is None or not engine_answers():
        pytest.skip(
            "needs images and a Docker engine (https://docs.docker.com/engine/install/): `make containers` "
            "builds and runs them"
        )
    if shutil.which("kubectl") is None:
        pytest.skip("needs kubectl, which renders manifests (https://kubernetes.io/docs/tasks/tools/)")
    with engine() as made:
        cluster = Cluster(made, rendered("base"), tag, {"certify-keys": {"keys.toml": KEYS}})
        server, gateway = cluster.start("server"), cluster.start("gateway")
        assert not gateway.passes("readinessProbe")  # no worker is there
        worker = cluster.start("worker")
        gateway.wait_for("readinessProbe")
        with CertificationClient(gateway.address, api_key=ALICE) as client:
            yield Started(cluster, server, gateway, worker, client)
