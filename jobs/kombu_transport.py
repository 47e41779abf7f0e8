"""Celery's connection to Redis, mended: a message that cannot be acknowledged no longer stops its worker.

A worker takes no more messages than it may hold unacknowledged. Kombu goes on counting a message whose
acknowledgement was lost with the connection: the worker lives, says so, and takes nothing ever again. The
server still has such a message, and delivers it anew after the visibility timeout, which is harmless.
"""

from __future__ import annotations

from celery.app import amqp
from kombu.connection import Connection
from kombu.transport import redis


class ForgetfulQoS(redis.QoS):
    """Counts what a channel holds unacknowledged; what the server could not be told of, it lets go."""

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge a message. Raises the connection's error, as before."""
        try:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]  # untyped in Kombu
        finally:
            self._quick_ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Give a message back. Raises the connection's error, as before."""
        try:
            super().reject(delivery_tag, requeue)  # type: ignore[no-untyped-call]  # as above
        finally:
            self._quick_ack(delivery_tag)


class _Channel(redis.Channel):
    QoS = ForgetfulQoS


class _Transport(redis.Transport):
    Channel = _Channel


class _Connection(Connection):
    def get_transport_cls(self) -> type[redis.Transport]:
        return _Transport


class MendedAMQP(amqp.AMQP):  # type: ignore[misc]  # Celery is untyped
    """What Celery makes its connections with."""

    Connection = _Connection
