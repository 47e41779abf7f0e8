"""The typed client: submit an input, watch the job, fetch its certificate."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import httpx
from httpx_sse import SSEError, connect_sse

from certify_client.arrays import npy_file
from certify_client.client_errors import ServiceError, ServiceUnavailable, WaitTimeout
from certify_client.http_answers import check, document, entries, readiness, service_errors
from certify_client.records import Job, Model, Plan, Readiness, Standing
from certify_client.server_connection import connect

if TYPE_CHECKING:
    import numpy.typing as npt

    from certify_client.run_calls import Runs

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_URL = f"http://{DEFAULT_HOST}:{DEFAULT_PORT}"
_CERTIFICATIONS = "/v1/certifications"
_EVENTS_SILENCE_S = 60.0
"""A stream of events is given up after this silence: the service sends a heartbeat every 15 seconds."""
_FIRST_DELAY_S = 0.02
_LONGEST_DELAY_S = 0.5
"""The pause between two reads of a job doubles between these. A choice: a short job is told of at once, and a
long one costs the service two reads a second."""
_LEAST_TIMEOUT_S = 1.0
"""Each answer may take at least this long, even if less than that is left of the whole waiting time."""
_LOST = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""The connection broke after the request, or a part of it, was sent."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of a certification. None leaves a choice to the service, whose answer states what it chose.

    ``sigma`` is in units of the model's input; ``n`` and ``n0`` count evaluations of the classifier; ``eta``
    bounds the probability that the certificate is wrong. With ``stop_radius``, in input units, the job ends
    once that radius is certified; with ``stop_give_up`` too, also once it is out of reach.
    """

    model: str
    certifier: str | None = None
    sigma: float | None = None
    n: int | None = None
    n0: int | None = None
    eta: float | None = None
    bounds: str | None = None
    decision: str | None = None
    k: int | None = None
    noise: str | None = None
    stop_radius: float | None = None
    stop_give_up: bool | None = None
    seed: int | None = None

    def form(self) -> dict[str, str]:
        """Return the fields that are not None as those of a form."""
        return {name: _text(value) for name, value in asdict(self).items() if value is not None}


class CertificationClient:
    """Client of one certification service; use it as a context manager or call ``close``.

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
        self._http, self._place = connect(url, api_key, timeout_s, proxy)
        self._timeout_s = timeout_s
        self.url = str(self._http.base_url).rstrip("/")

    @property
    def runs(self) -> Runs:
        """The calls about runs over test sets."""
        from certify_client.run_calls import Runs  # noqa: PLC0415 - it imports this module's inputs

        return Runs(self._http, self._place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. Jobs go on."""
        self._http.close()

    def submit_image(
        self, image: bytes, parameters: Parameters, *, idempotency_key: str | None = None
    ) -> Job:
        """Submit an encoded image (PNG, JPEG or WebP). The same ``idempotency_key`` gives the same job.

        Without a key, one is drawn. If the connection is lost before the answer, the image is submitted once
        more with the same key.
        """
        return self._submit(idempotency_key, data=parameters.form(), files={"image": ("image", image)})

    def submit_tensor(
        self,
        shape: Sequence[int],
        data: Sequence[float] | npt.NDArray[Any],
        parameters: Parameters,
        *,
        idempotency_key: str | None = None,
    ) -> Job:
        """Submit an array in the model's own input space; ``data`` holds it flat, in C order.

        Raises ValueError when the numbers do not fit the shape.
        """
        files = {"tensor": ("tensor.npy", npy_file(shape, data))}
        return self._submit(idempotency_key, data=parameters.form(), files=files)

    def get(self, job_id: str) -> Job:
        """Return the job as it stands; raises JobNotFound."""
        return self._get(job_id, self._timeout_s)

    def picture(self, job_id: str) -> bytes:
        """Return the job's certificate as a picture, an SVG file; raises JobNotFound.

        Raises RequestRefused if it has no certificate, or one that no curve shows.
        """
        with service_errors(self._place):
            accept = {"Accept": "image/svg+xml"}
            answer = check(self._http.get(f"{_job(job_id)}/curve", headers=accept))
        if not answer.headers.get("Content-Type", "").startswith("image/svg+xml"):
            raise ServiceError(f"{answer.url} did not answer with a picture")
        return answer.content

    def jobs(self, *, limit: int = 20) -> list[Job]:
        """Return the newest jobs, newest first."""
        with service_errors(self._place):
            answer = document(check(self._http.get(_CERTIFICATIONS, params={"limit": limit})))
            return [Job.parse(entry) for entry in entries(answer, "jobs")]

    def cancel(self, job_id: str) -> Job:
        """Cancel the job and return it as it then stands; a job that has ended stays as it is."""
        with service_errors(self._place):
            return Job.parse(document(check(self._http.delete(_job(job_id)))))

    def events(self, job_id: str) -> Iterator[Standing]:
        """Yield the job's status each time the service sends it, until the service closes the stream."""
        timeout = httpx.Timeout(_EVENTS_SILENCE_S)
        path = f"{_job(job_id)}/events"
        with service_errors(self._place), connect_sse(self._http, "GET", path, timeout=timeout) as source:
            check(source.response)
            try:
                for event in source.iter_sse():
                    yield Standing.model_validate_json(event.data)
            except SSEError as error:
                raise ServiceError(f"{source.response.url} sent an event this client cannot read") from error

    def wait(
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
        started = last_answer = time.monotonic()
        delay_s = _FIRST_DELAY_S
        while True:
            try:
                left_s = math.inf if timeout_s is None else started + timeout_s - time.monotonic()
                job = self._get(job_id, min(self._timeout_s, max(left_s, _LEAST_TIMEOUT_S)))
            except ServiceUnavailable:
                if time.monotonic() - last_answer > patience_s:
                    raise
            else:
                last_answer = time.monotonic()
                if on_progress is not None:
                    on_progress(job)
                if job.status.is_final:
                    return job
            if timeout_s is not None and time.monotonic() - started >= timeout_s:
                raise WaitTimeout(job_id, timeout_s)
            time.sleep(delay_s)
            delay_s = min(2 * delay_s, _LONGEST_DELAY_S)

    def models(self) -> list[Model]:
        """Return the installed models."""
        with service_errors(self._place):
            answer = document(check(self._http.get("/v1/models")))
            return [Model.parse(entry) for entry in entries(answer, "models")]

    def model(self, name: str) -> Model:
        """Return one installed model; raises ModelNotFound."""
        with service_errors(self._place):
            return Model.parse(document(check(self._http.get(f"/v1/models/{quote(name, safe='')}"))))

    def plan(
        self, parameters: Parameters, *, radius: float | None = None, score: float | None = None
    ) -> Plan:
        """Return what a job with these parameters can give, without submitting one.

        ``radius``, in input units, and ``score``, the share of the evaluations that will hit, are what it is
        planned for. The plan reads neither ``n0`` nor ``seed`` nor the radius to stop at.
        """
        unread = {"n0", "seed", "stop_radius", "stop_give_up"}
        asked = {name: value for name, value in parameters.form().items() if name not in unread}
        asked |= {
            name: str(value) for name, value in (("radius", radius), ("score", score)) if value is not None
        }
        with service_errors(self._place):
            return Plan.parse(document(check(self._http.get("/v1/plans", params=asked))))

    def readiness(self) -> Readiness:
        """Return whether jobs can run now, with which models, and what is wrong with the other models."""
        with service_errors(self._place):
            return readiness(self._http.get("/health/ready"))

    def ready(self) -> bool:
        """Whether the service can run jobs now: the gateway and the store answer, and a worker is alive."""
        try:
            return self._http.get("/health/ready").is_success
        except httpx.TransportError:
            return False

    def _get(self, job_id: str, timeout_s: float) -> Job:
        with service_errors(self._place):
            return Job.parse(document(check(self._http.get(_job(job_id), timeout=timeout_s))))

    def _submit(self, idempotency_key: str | None, **body: Any) -> Job:
        """Submit, and submit once more if the connection is lost: the same key gives the same job."""
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        with service_errors(self._place):
            try:
                answer = check(self._http.post(_CERTIFICATIONS, headers=headers, **body))
            except _LOST as lost:
                answer = self._submit_again(lost, headers, body)
            return Job.parse(document(answer))

    def _submit_again(
        self, lost: httpx.TransportError, headers: dict[str, str], body: dict[str, Any]
    ) -> httpx.Response:
        """Submit a second time. If that fails, ``lost`` is the cause: the first may have been accepted."""
        try:
            return check(self._http.post(_CERTIFICATIONS, headers=headers, **body))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise lost from None
        except ServiceUnavailable as fault:
            raise fault from lost


def _text(value: object) -> str:
    """Return a field's value as forms have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _job(job_id: str) -> str:
    return f"{_CERTIFICATIONS}/{quote(job_id, safe='')}"
