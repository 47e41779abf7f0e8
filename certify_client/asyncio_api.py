"""The typed client for asyncio. Its methods are those of ``CertificationClient``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from httpx_sse import SSEError, aconnect_sse

from certify_client import calls
from certify_client.api import DEFAULT_URL
from certify_client.asyncio_driver import AsyncDriver
from certify_client.client_errors import ServiceError, ServiceUnavailable
from certify_client.http_answers import EVENTS_SILENCE, check, service_errors
from certify_client.input_files import Given, input_from
from certify_client.many_jobs import WINDOW, ManyJobs, Outcome
from certify_client.parameters import Parameters
from certify_client.records import Job, Model, Plan, Readiness, Standing
from certify_client.runs_over_http import AsyncRuns
from certify_client.server_connection import describe
from certify_client.verification_records import Verification
from certify_client.verifying_by_service import verifying
from certify_client.waiting_for_jobs import waiting


class AsyncCertificationClient:
    """Client of one service for asyncio; use it with ``async with`` or call ``close``.

    Every method raises ServiceUnavailable when the service cannot be reached, RequestRefused (or a
    subclass) when the service refuses the request, and ServiceError when the service fails or sends an
    answer that cannot be read.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 30.0,
        proxy: str | None = None,
    ) -> None:
        """Make a client of the service at ``url``; each answer must arrive within ``timeout_s``.

        Requests go through ``proxy`` if it is given. Otherwise they go through the proxy of the environment
        (``http_proxy``, ``https_proxy``, ``no_proxy``), unless the service is on this machine. Raises
        UnusableSetting.
        """
        connection = describe(url, api_key, timeout_s, proxy)
        self._driver = AsyncDriver(connection.concurrent(), connection.place)
        self._timeout_s = timeout_s
        self.url = connection.url

    @property
    def runs(self) -> AsyncRuns:
        """The calls about runs over test sets."""
        return AsyncRuns(self._driver)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections. Jobs go on."""
        await self._driver.http.aclose()

    async def submit(
        self, given: Given, parameters: Parameters, *, idempotency_key: str | None = None
    ) -> Job:
        """Submit an input: a path, the content of a file, a picture of Pillow or a NumPy array.

        Files are PNG, JPEG, WebP or ``.npy``. Arrays of floats are the model's own input, arrays of 8-bit
        integers are pixels (``input_from`` says how they are read). The same ``idempotency_key`` gives the
        same job. Without a key, one is drawn. If the connection is lost before the answer, the input is
        submitted once more with the same key. Raises UnusableFile if the input cannot be read.
        """
        return await self._driver.run(calls.submission(input_from(given), parameters, idempotency_key))

    def certify_many(
        self,
        inputs: Iterable[Given],
        parameters: Parameters,
        *,
        in_order: bool = True,
        window: int = WINDOW,
    ) -> AsyncIterator[Outcome]:
        """Certify every input, with up to ``window`` jobs at a time, fewer where the service has no room.

        Yields the outcomes in the order of the inputs, or with ``in_order=False`` as they end. An input that
        cannot be read or is refused is an outcome with its fault. Inputs are taken as they are needed.
        Jobs that are open when the iterator is left go on. Raises ServiceUnavailable if the service does not
        answer for a minute, or is full for ten while no job of this call is open.
        """
        many = ManyJobs(inputs, parameters, window, in_order, self._timeout_s)
        return self._driver.each(many.steps())

    async def get(self, job_id: str) -> Job:
        """Return the job as it stands; raises JobNotFound."""
        return await self._driver.ask(calls.get(job_id, self._timeout_s))

    async def picture(self, job_id: str) -> bytes:
        """Return the job's certificate as a picture, an SVG file; raises JobNotFound.

        Raises RequestRefused if it has no certificate, or one that no curve shows.
        """
        return await self._driver.ask(calls.picture(job_id))

    def jobs(
        self,
        *,
        limit: int | None = None,
        status: str | None = None,
        model: str | None = None,
        certifier: str | None = None,
        key: str | None = None,
    ) -> AsyncIterator[Job]:
        """Yield the jobs, newest first, at most ``limit``. Pages are read as they are needed.

        Of this status, of this model, by this certifier, and rows of runs whose key begins like this.
        """
        found = calls.jobs(limit, status=status, model=model, certifier=certifier, key=key)
        return self._driver.each(found)

    async def cancel(self, job_id: str) -> Job:
        """Cancel the job and return it as it then stands; a job that has ended stays as it is."""
        return await self._driver.ask(calls.cancel(job_id))

    async def events(self, job_id: str) -> AsyncIterator[Standing]:
        """Yield the job's status each time the service sends it, until the service closes the stream."""
        path, http = f"{calls.job_path(job_id)}/events", self._driver.http
        with service_errors(self._driver.place):
            async with aconnect_sse(http, "GET", path, timeout=EVENTS_SILENCE) as source:
                if not source.response.is_success:
                    await source.response.aread()
                check(source.response)
                try:
                    async for event in source.aiter_sse():
                        yield Standing.model_validate_json(event.data)
                except SSEError as error:
                    told = f"{source.response.url} sent an event this client cannot read"
                    raise ServiceError(told) from error

    async def wait(
        self,
        job_id: str,
        *,
        timeout_s: float | None = None,
        patience_s: float = 30.0,
        on_progress: Callable[[Job], None] | None = None,
    ) -> Job:
        """Read the job repeatedly until it has ended, in whichever final state, and return it.

        Raises WaitTimeout after ``timeout_s`` (None: wait for ever). Raises ServiceUnavailable when the
        service has not answered for ``patience_s``; the job itself goes on, since accepted jobs are not lost.
        """
        return await self._driver.run(waiting(job_id, self._timeout_s, timeout_s, patience_s, on_progress))

    async def verify(self, document: Job | Mapping[str, Any], given: Given | None = None) -> Verification:
        """Have the service verify a certificate: a job, its ``document``, or the ``certificate`` in it.

        The service computes bounds and radius again from the counts, and says whether the model is one of its
        own; ``verification.certificate_check.verify`` does the first without a service. With ``given``, an
        input as ``submit`` takes it, ``same_input`` of the verdict says whether the certificate is about it,
        if the service has the model. Raises UnreadableCertificate if the document is no plain JSON,
        RequestRefused, which names the field, if it holds no certificate, or more than the service verifies,
        and UnusableFile if the input cannot be read.
        """
        asked = None if given is None else input_from(given)
        return await self._driver.run(verifying(document, asked))

    async def models(self) -> list[Model]:
        """Return the installed models."""
        return await self._driver.ask(calls.models())

    async def model(self, name: str) -> Model:
        """Return one installed model; raises ModelNotFound."""
        return await self._driver.ask(calls.model(name))

    async def plan(
        self, parameters: Parameters, *, radius: float | None = None, score: float | None = None
    ) -> Plan:
        """Return what a job with these parameters can give, without submitting one.

        ``radius``, in input units, and ``score``, the share of the evaluations that will hit, are what it is
        planned for. The plan reads neither ``n0`` nor ``seed`` nor the radius to stop at.
        """
        return await self._driver.ask(calls.plan(parameters, radius, score))

    async def readiness(self) -> Readiness:
        """Return whether jobs can run now, with which models, and what is wrong with the other models."""
        return await self._driver.ask(calls.ready_in_detail())

    async def ready(self) -> bool:
        """Whether the service can run jobs now: the gateway and the store answer, and a worker is alive."""
        try:
            return await self._driver.ask(calls.ready())
        except ServiceUnavailable:
            return False
