"""Rows are fed to a run until it takes no more, and then the command ends with the reason."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from certify_client import CertificationClient, RequestRefused, ServiceUnavailable, run_feeding
from certify_client.datasets.rows_of_data import DataRow
from certify_client.input_files import TensorFile
from certify_client.run_feeding import Feeder
from tests.support.gateway import running_gateway
from tests.support.half_spaces import write_half_spaces
from tests.support.server import Server

ROWS = [DataRow(i, str(i), None, lambda: TensorFile(np.array([0.5, 0.5]))) for i in range(3)]
ASKED = {"model": "half-space", "sigma": 0.5, "n": 1000}


def test_a_store_that_stays_full_ends_the_command(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_feeding, "FULL_S", 0.0)
    write_half_spaces(tmp_path / "models")
    with (
        running_gateway(tmp_path, server.url, tmp_path / "models", max_stored_bytes=2**20) as gateway,
        CertificationClient(gateway.url) as client,
    ):
        run = client.runs.begin("points", ASKED)
        with pytest.raises(ServiceUnavailable, match="memory limit"):
            Feeder(client.runs, run.id, lambda _: None).feed(ROWS)


def test_the_run_is_told_of_a_row_that_is_refused(server: Server, tmp_path: Path) -> None:
    write_half_spaces(tmp_path / "models")
    long = DataRow(3, "three numbers", None, lambda: TensorFile(np.array([0.5, 0.5, 0.5])))
    with (
        running_gateway(tmp_path, server.url, tmp_path / "models") as gateway,
        CertificationClient(gateway.url) as client,
    ):
        run = client.runs.begin("points", ASKED, expected_rows=4)
        feeder = Feeder(client.runs, run.id, lambda _: None)
        feeder.feed([*ROWS, long])
        assert client.runs.get(run.id).rows.skipped == 1
        (skipped,) = client.runs.skipped(run.id)
        assert (skipped.key, skipped.reason) == ("three numbers", feeder.failed[3])


def test_a_run_that_is_full_ends_the_command(server: Server, tmp_path: Path) -> None:
    write_half_spaces(tmp_path / "models")
    with (
        running_gateway(tmp_path, server.url, tmp_path / "models", max_run_rows=1) as gateway,
        CertificationClient(gateway.url) as client,
    ):
        run = client.runs.begin("points", ASKED)
        feeder = Feeder(client.runs, run.id, lambda _: None)
        with pytest.raises(RequestRefused, match="as many rows as a run may have"):
            feeder.feed(ROWS)
        assert client.runs.get(run.id).rows.total == 1


@pytest.mark.own_server
def test_a_server_that_is_away_for_a_while_is_waited_for(server: Server, tmp_path: Path) -> None:
    """Before the first row, and when the last one has ended: the same command need not be given again."""
    write_half_spaces(tmp_path / "models")
    with (
        running_gateway(tmp_path, server.url, tmp_path / "models") as gateway,
        CertificationClient(gateway.url) as client,
    ):
        run = client.runs.begin("points", ASKED)
        feeder = Feeder(client.runs, run.id, lambda _: None)
        for act in (
            lambda: feeder.feed(ROWS),
            lambda: feeder.patiently(lambda: list(client.runs.rows(run.id))),
        ):
            server.kill()
            with pytest.raises(ServiceUnavailable):
                client.runs.get(run.id)
            back = threading.Timer(0.5, server.start)
            back.start()
            act()
            back.join()
        assert client.runs.get(run.id).rows.total == len(ROWS)
