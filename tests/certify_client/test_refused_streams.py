"""What the service refuses to stream is an error with the service's words, for both clients."""

from __future__ import annotations

import asyncio
import io

import pytest

from certify_client import AsyncCertificationClient, CertificationClient, JobNotFound, RequestRefused

ABSENT = "AAAAAAAAAAAAAAAAAAAAAA"


def test_streams_of_what_does_not_exist(client: CertificationClient) -> None:
    with pytest.raises(JobNotFound, match="No such job"):
        next(client.events(ABSENT))
    with pytest.raises(RequestRefused, match="No such run"):
        client.runs.evidence(ABSENT, io.BytesIO())


def test_the_same_for_asyncio(service_url: str) -> None:
    async def use() -> None:
        async with AsyncCertificationClient(service_url) as client:
            with pytest.raises(JobNotFound, match="No such job"):
                await anext(client.events(ABSENT))
            with pytest.raises(RequestRefused, match="No such run"):
                await client.runs.evidence(ABSENT, io.BytesIO())
            run = await client.runs.begin("points", {"model": "half-space", "sigma": 0.5, "n": 500})
            file = io.BytesIO()
            await client.runs.evidence(run.id, file)
            assert file.getvalue().startswith(b"PK")
            assert (await client.runs.cancel(run.id)).status == (await client.runs.get(run.id)).status
            assert (await client.runs.results(run.id)).startswith(b"number\tkey\t")

    asyncio.run(use())
