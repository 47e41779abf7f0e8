"""Measure the memory that a gateway takes for large inputs: ``python -m benchmarks.gateway_memory``.

For each kind of input, this starts a gateway with default settings and sends 20 submissions of the largest
body at once; those that get 503 are sent again until all are accepted. It prints the resident MiB of the
gateway when idle, at its peak, and two seconds after the last answer. No worker runs, so jobs stay queued.

One kind is sent only once, while the gateway holds as many unfinished bodies as it may.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import socket
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from benchmarks import machine
from benchmarks.bare_gateway import resident, running
from service.gateway_settings import GatewaySettings

LARGEST = 16 * 2**20 - 1000
COLUMNS = ("20 at once of", "MB each", "idle", "peak", "after", "sent again", "seconds")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of body, for a model of its own."""

    name: str
    table: str
    body: Callable[[], dict[str, object]]
    beside_held: bool = False
    """Send it once, while bodies that never end take all the other bytes that the gateway may hold."""


def numbers(count: int, text: str) -> dict[str, object]:
    """Write a tensor as JSON."""
    body = f'{{"model": "m", "sigma": 1, "tensor": {{"shape": [{count}], "data": [{text}]}}}}'
    return {"content": body.encode(), "headers": {"Content-Type": "application/json"}}


def drawn(count: int) -> dict[str, object]:
    """Write random numbers with all their digits."""
    return numbers(count, ",".join(map(repr, np.random.default_rng(1).random(count).tolist())))


def npy(count: int, kind: str) -> dict[str, object]:
    """Return the body of a form with a ``.npy`` file."""
    stream = io.BytesIO()
    np.save(stream, np.random.default_rng(1).random(count).astype(kind))
    return {"data": {"model": "m", "sigma": "1"}, "files": {"tensor": ("x", stream.getvalue())}}


def picture(mode: str, kind: str) -> dict[str, object]:
    """Write a picture of 25 million pixels, smooth enough to be small as a file."""
    ramp = np.add.outer(np.arange(5000) // 20, np.arange(5000) // 20).astype(np.uint8)
    stream = io.BytesIO()
    if mode == "I;16":
        Image.fromarray(ramp.astype(np.uint16) * 257).save(stream, kind)
    else:
        rgba = Image.fromarray(np.repeat(ramp[..., None], 4, axis=2), "RGBA")
        rgba.convert(mode).save(stream, kind, **({"progressive": True} if kind == "JPEG" else {}))
    return {"data": {"model": "m", "sigma": "1"}, "files": {"image": ("x", stream.getvalue())}}


def tensor(count: int) -> str:
    """Return the input table of a model that takes ``count`` numbers."""
    return f'kind = "tensor"\nshape = [{count}]\nlow = 0.0\nhigh = 1.0'


PHOTO = (
    'kind = "image"\nshape = [3, 224, 224]\nlow = 0.0\nhigh = 1.0\nmode = "RGB"\n'
    'resize = {method = "stretch", filter = "bicubic"}'
)
KINDS = (
    Kind("JSON tensor, all digits", tensor(850_000), lambda: drawn(850_000)),
    Kind(
        "JSON tensor of zeros",
        tensor(LARGEST // 2),
        lambda: numbers(LARGEST // 2, "0," * (LARGEST // 2 - 1) + "0"),
    ),
    Kind(".npy, float64", tensor(LARGEST // 8), lambda: npy(LARGEST // 8, "<f8")),
    Kind(".npy, float32", tensor(LARGEST // 4), lambda: npy(LARGEST // 4, "<f4")),
    Kind(".npy, 1-byte integers", tensor(LARGEST), lambda: npy(LARGEST, "u1")),
    Kind("RGB PNG, 25 MP", PHOTO, lambda: picture("RGB", "PNG")),
    Kind("16-bit grey PNG, 25 MP", PHOTO, lambda: picture("I;16", "PNG")),
    Kind("RGBA PNG, 25 MP", PHOTO, lambda: picture("RGBA", "PNG")),
    Kind("WebP, 25 MP", PHOTO, lambda: picture("RGBA", "WEBP")),
    Kind("one WebP beside held bodies", PHOTO, lambda: picture("RGBA", "WEBP"), beside_held=True),
    Kind("progressive JPEG, 25 MP", PHOTO, lambda: picture("RGB", "JPEG")),
)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    only = parser.parse_args().only
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    print(("{:28}" + "{:>11}" * (len(COLUMNS) - 1)).format(*COLUMNS))
    for kind in KINDS:
        if only in kind.name:
            with tempfile.TemporaryDirectory() as folder:
                print(measure(kind, Path(folder)), flush=True)


def measure(kind: Kind, folder: Path) -> str:
    """Return the row of one kind."""
    write_model(folder / "models" / "m", kind.table)
    request = httpx.Request("POST", "http://localhost/v1/certifications", **kind.body())  # type: ignore[arg-type]
    content, headers = request.read(), {"Content-Type": request.headers["Content-Type"]}
    with running(folder, folder / "models") as bare, ExitStack() as held:
        url, process = bare.url, bare.gateway_pid
        idle = resident(process)
        if kind.beside_held:
            hold(url, GatewaySettings().max_held_bytes - len(content) - 1000, held)
        began = time.perf_counter()
        with ThreadPoolExecutor(20) as pool:
            times = 1 if kind.beside_held else 20
            again = sum(pool.map(lambda _: submit(url, content, headers), range(times)))
        took = time.perf_counter() - began
        held.close()
        time.sleep(2)
        figures = (idle, resident(process, "VmHWM"), resident(process), again, round(took, 1))
    return ("{:28}{:>11.1f}" + "{:>11}" * len(figures)).format(kind.name, len(content) / 1e6, *figures)


def submit(url: str, content: bytes, headers: dict[str, str]) -> int:
    """Submit until it is accepted, and return how often it was not."""
    refused = 0
    while True:
        answer = httpx.post(f"{url}/v1/certifications", content=content, headers=headers, timeout=300)
        if answer.status_code == 202:
            return refused
        if answer.status_code != 503:
            raise SystemExit(answer.text)
        refused += 1
        time.sleep(float(answer.headers["Retry-After"]))


def hold(url: str, count: int, held: ExitStack) -> None:
    """Send bodies of ``count`` bytes in all, each without its last byte, and keep their connections open."""
    address = httpx.URL(url)
    while count > 0:
        size = min(count, LARGEST)
        client = held.enter_context(socket.create_connection((address.host, address.port or 80)))
        client.sendall(
            b"POST /v1/certifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (size + 1, b" " * size)
        )
        count -= size


def write_model(folder: Path, table: str) -> None:
    """Write a model whose weights are never loaded: there is no worker."""
    folder.mkdir(parents=True)
    (folder / "w.onnx").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    (folder / "model.toml").write_text(
        f'name = "m"\ndescription = "m"\nruntime = "onnx"\nfile = "w.onnx"\nsha256 = "{digest}"\n'
        f'licence = "none"\nsource = "none"\nlabels = ["a", "b"]\n\n[input]\n{table}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
