"""Messages that there is a job, by Celery over Redis: the only module that knows Celery.

A message carries the number of a job and nothing else. None is relied on: one that is lost, doubled or late
changes nothing, since the table says what is to be done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from core.logs import defect

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger(__name__)
TASK: Final = "weizheng.job"
QUEUE: Final = "jobs"
_PREFIX: Final = "weizheng:"
# A message that a dead worker had taken comes again; by then the job has been found in the table.
_VISIBLE_AGAIN_S: Final = 120
_SENDING_S: Final = 0.5
# After a failure nobody waits for Redis again so soon.
_REST_S: Final = 5.0
_RESTART_S: Final = 5.0
# What it says of each attempt to connect is said once by whoever listens.
_TALKATIVE: Final = ("celery", "kombu", "amqp")


class CeleryWaker:
    """Sends a message for a job; Celery is loaded with the first.

    Args:
        url: Of Redis.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._app: Celery | None = None
        self._silent_until = float("-inf")

    def wake(self, number: int) -> None:
        """Tells of a job, unless Redis is away."""
        if time.monotonic() < self._silent_until:
            return
        try:
            self._app = self._app or _app(self._url, timeout_s=_SENDING_S)
            self._app.send_task(TASK, (number,), queue=QUEUE, retry=False, ignore_result=True)
        except Exception as error:
            self._silent_until = time.monotonic() + _REST_S
            log.info("no message sent, the job will be found", extra={"kind": type(error).__name__})

    def close(self) -> None:
        """Closes connections."""
        if self._app is not None:
            self._app.close()


class Listener:
    """Takes messages in a thread of its own, for as long as the process lives.

    Args:
        url: Of Redis.
        on_job: Called with a job's number; the next message is taken when it returns.
    """

    def __init__(self, url: str, on_job: Callable[[int], None]) -> None:
        self._url = url
        self._on_job = on_job
        self._worker: Any = None

    @property
    def is_connected(self) -> bool:
        """Whether messages come in."""
        consumer = getattr(self._worker, "consumer", None)
        connection = getattr(consumer, "connection", None)
        return bool(connection is not None and connection.connected)

    def start(self) -> None:
        """Begins to listen; returns at once."""
        # A daemon: a connection that hangs keeps nobody from ending.
        threading.Thread(target=self._listen, name="messages", daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self._worker = _worker(self._url, self._on_job)
                self._worker.start()
            except Exception as error:
                log.warning("not listening for messages", extra=defect(error))
            time.sleep(_RESTART_S)


def _app(url: str, timeout_s: float | None) -> Celery:
    from celery import Celery

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    options: dict[str, Any] = {"visibility_timeout": _VISIBLE_AGAIN_S, "global_keyprefix": _PREFIX}
    if timeout_s is not None:
        options |= {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s, "max_retries": 0}
    app = Celery("weizheng", broker=url, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=False,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=options,
    )
    return app


def _worker(url: str, on_job: Callable[[int], None]) -> Any:
    app = _app(url, timeout_s=None)

    def ring(number: Any = None, *_: Any, **__: Any) -> None:
        # Whoever can write to Redis can send anything: it is a hint to look, whatever it says.
        on_job(number if isinstance(number, int) else 0)

    app.task(name=TASK)(ring)
    app.finalize()
    return app.WorkController(
        pool="solo",
        concurrency=1,
        queues=[QUEUE],
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
    )
