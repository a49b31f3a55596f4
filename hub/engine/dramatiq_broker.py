"""The executor for several machines: Dramatiq carries claimed work from the process that claimed it
to one that has a thread free, through Redis or RabbitMQ.

A message holds a row's id and a claim's id, nothing else. Delays, retries, results and time limits
are the rows' part, so Dramatiq runs without any middleware. Loaded only where it is configured.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dramatiq
from dramatiq import Broker, Worker

from hub.engine.embedded import Embedded
from hub.engine.handover import Ticket
from hub.engine.relay import Inbox, Relay
from hub.engine.runner import Runner
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
QUEUE = "paraph"
_ACTORS = 4  # threads that pass tickets on; the work itself runs in the pool
_PREFETCH = 8
_LOOK_MS = 50  # Dramatiq asks Redis again and again: at most this long apart
_OFFER = 0.05  # seconds until a full process hands a ticket back
_NETWORK = 0.5  # seconds that the broker may take to answer
_CLOSING_MS = 2_000


class DramatiqExecutor:
    """Claims and sends off, takes up and does. Implements ``Executor``.

    ``namespace`` keeps installations apart that share a broker.
    """

    def __init__(self, runner: Runner, url: str, namespace: str = QUEUE) -> None:
        self._broker = connected(url)
        self._inbox = Inbox(self.wake)
        self._relay = Relay(runner, self, self._inbox)
        self._pool = Embedded(self._relay)
        declare = dramatiq.actor(actor_name=QUEUE, queue_name=namespace, broker=self._broker)
        self._actor: Any = declare(self._taken_or_passed_on)
        self._worker = Worker(self._broker, worker_threads=_ACTORS, worker_timeout=_LOOK_MS)
        self._worker.queue_prefetch = _PREFETCH

    def start(self) -> None:
        self._worker.start()
        self._pool.start()

    def wake(self) -> None:
        self._pool.wake()

    def stop(self, seconds: float) -> bool:
        self._inbox.close()
        drained = self._pool.stop(seconds)
        try:
            self._relay.withdraw()
        except Exception as error:  # their short lease runs out, or this process is seen to be gone
            _log.error("leases_not_released", exc_info=error)
        try:  # it hands back what it had fetched; a broker that is away has forgotten it anyway
            self._worker.stop(timeout=_CLOSING_MS)
            self._broker.close()
        except Exception as error:
            _log.warning("broker_does_not_answer", error=type(error).__name__)
        return drained

    def in_flight(self) -> int:
        return self._pool.in_flight()

    def send(self, tickets: Sequence[Ticket]) -> int:
        """Send tickets off. Implements ``Carrier``."""
        for done, ticket in enumerate(tickets):
            try:
                self._actor.send(ticket.id, ticket.claim_id, ticket.timer)
            except Exception as error:  # whatever it is, the work is done without the broker
                _log.warning("broker_does_not_answer", error=type(error).__name__)
                return done
        return len(tickets)

    def _taken_or_passed_on(self, row: str, claim: str, timer: bool) -> None:
        ticket = Ticket(row, claim, timer)
        if not self._inbox.offer(ticket, _OFFER):
            self.send([ticket])  # no thread is free here; lost, its sender takes it up


def connected(url: str) -> Broker:
    """The broker behind ``url``; connects when it is used first."""
    if url.startswith("amqp"):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        return RabbitmqBroker(url=url, middleware=[])
    import redis
    from dramatiq.brokers.redis import RedisBroker
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    class WithoutDelays(RedisBroker):
        """Has no second queue for delayed messages, which would be asked for all the time."""

        def declare_queue(self, queue_name: str) -> None:
            if queue_name not in self.queues:
                self.emit_before("declare_queue", queue_name)
                self.queues.add(queue_name)
                self.emit_after("declare_queue", queue_name)

    client: Any = redis.Redis.from_url(
        url,
        socket_timeout=_NETWORK,
        socket_connect_timeout=_NETWORK,
        retry=Retry(NoBackoff(), 1),  # once, for a connection that a restart has cut
    )
    make: Any = WithoutDelays
    broker: Broker = make(client=client, middleware=[], dead_message_ttl=60_000)
    return broker
