"""Certificates for servers of 127.0.0.1 that speak TLS."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path


def write_certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 that vouches for itself, with its key in the same file."""
    file = folder / "server.pem"
    make = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test "
        "-addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        [*make.split(), "-keyout", file, "-out", folder / "cert.pem"], check=True, capture_output=True
    )
    file.write_text(file.read_text() + (folder / "cert.pem").read_text())
    return file


def serving(certificate: Path) -> ssl.SSLContext:
    """Return what a server with this certificate speaks TLS by."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context
