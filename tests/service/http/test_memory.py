"""Large inputs at once keep a gateway below half a gibibyte, and it gives their memory back."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.support.gateway import Gateway, running_gateway
from tests.support.image_folders import CROPPED, write_model
from tests.support.server import Server
from tests.support.wait import wait_until

LARGEST = 16 * 2**20 - 1000
NUMBER = "0.12345678,"
MOST_MIB, LEFT_MIB = 512, 250
TENSOR = 'kind = "tensor"\nshape = [{}]\nlow = 0.0\nhigh = 1.0'
LINUX = Path("/proc/self/status").exists()


@pytest.mark.skipif(not LINUX, reason="resident memory is read from /proc")
@pytest.mark.own_server
def test_ten_large_inputs_at_once(server: Server, tmp_path: Path) -> None:
    texts, floats = LARGEST // len(NUMBER), LARGEST // 4
    models = tmp_path / "models"
    write_model(models, "texts", TENSOR.format(texts))
    write_model(models, "floats", TENSOR.format(floats))
    write_model(models, "cropped", CROPPED)
    forms = [
        json_body(texts),
        form("floats", "tensor", npy(np.full(floats, 0.5, np.float32))),
    ]
    forms = [*forms * 4, *[form("cropped", "image", transparent())] * 2]
    with running_gateway(tmp_path, server.url, models) as gateway, ThreadPoolExecutor(10) as pool:
        began = resident(gateway, "VmRSS")
        list(pool.map(lambda request: submit(gateway, request), forms))
        assert resident(gateway, "VmHWM") < MOST_MIB
        wait_until(
            lambda: resident(gateway, "VmRSS") < LEFT_MIB, f"less than {LEFT_MIB} MiB; {began} at first"
        )


def json_body(count: int) -> httpx.Request:
    numbers = (NUMBER * count)[:-1]
    body = f'{{"model": "texts", "sigma": 1, "tensor": {{"shape": [{count}], "data": [{numbers}]}}}}'
    return httpx.Request("POST", "http://x", content=body, headers={"Content-Type": "application/json"})


def form(model: str, name: str, file: bytes) -> httpx.Request:
    return httpx.Request("POST", "http://x", data={"model": model, "sigma": "1"}, files={name: ("x", file)})


def npy(array: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def transparent() -> bytes:
    """Twenty-five million pixels, a small file."""
    stream = io.BytesIO()
    Image.new("RGBA", (5000, 5000), (200, 100, 50, 128)).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def submit(gateway: Gateway, request: httpx.Request) -> None:
    content, kind = request.read(), request.headers["Content-Type"]
    while True:
        answer = httpx.post(
            f"{gateway.url}/v1/certifications", content=content, headers={"Content-Type": kind}, timeout=100
        )
        if answer.status_code == 202:
            return
        assert answer.status_code == 503, answer.text
        time.sleep(float(answer.headers["Retry-After"]) / 10)  # as a client is told, but faster


def resident(gateway: Gateway, field: str) -> int:
    """Resident memory in MiB; ``VmHWM`` is the most that there ever was."""
    status = Path(f"/proc/{gateway.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(field)) // 2**10
