"""Celery's connection to Redis, corrected: a message that cannot be acknowledged does not stop its worker.

A worker holds only a limited number of unacknowledged messages. If an acknowledgement is lost with the
connection, Kombu counts the message as held for ever, so the worker sends heartbeats but never takes a
message again. The server still has such a message and delivers it again after the visibility timeout, which
is harmless.
"""

from __future__ import annotations

from celery.app import amqp
from kombu.connection import Connection
from kombu.transport import redis


class ForgetfulQoS(redis.QoS):
    """Counts a channel's unacknowledged messages, without those whose acknowledgement was lost."""

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


class _WatchedChannel(redis.SentinelChannel):
    QoS = ForgetfulQoS


class _WatchedTransport(redis.SentinelTransport):
    Channel = _WatchedChannel


class _Connection(Connection):
    def get_transport_cls(self) -> type[redis.Transport]:
        return _WatchedTransport if self.transport_cls == "sentinel" else _Transport


class MendedAMQP(amqp.AMQP):  # type: ignore[misc]  # Celery is untyped
    """What Celery makes its connections with."""

    Connection = _Connection
