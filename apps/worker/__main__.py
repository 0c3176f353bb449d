"""Runs the background worker: `python -m apps.worker`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType

from apps.worker.composition import Worker, open_worker
from core.database.engine import open_engine
from core.database.migrate import require_current
from core.errors import WeizhengError
from core.keys import ensure_keys
from core.logs import configure_logging
from core.settings import load_settings
from core.tracing import configure_tracing


def main() -> int:
    """Works until told to stop."""
    try:
        settings = load_settings()
        configure_logging("worker", settings.log_level)
        configure_tracing("worker", settings.otel_exporter_otlp_endpoint)
        engine = open_engine(settings.database_url)
        require_current(engine)
        engine.dispose()
        worker = open_worker(settings, ensure_keys(settings.home))
    except WeizhengError as error:
        print(f"worker: {error}", file=sys.stderr)  # noqa: T201
        return 2
    work(worker, settings.worker_stop_s)
    return 0


def work(worker: Worker, stop_s: float) -> None:
    """Runs it in this thread, which gets the signals; within `stop_s` of the first it has ended."""
    told, ended = threading.Event(), threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        for lane in worker.lanes:
            lane.stop()
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    watchdog = threading.Thread(
        target=_end_in_time, args=(worker, stop_s, told, ended), name="watchdog", daemon=True
    )
    watchdog.start()
    worker.health.start()
    worker.listener.start()
    apart = _beside(worker)
    worker.loop.run()
    if apart is not None:
        apart.join()
    ended.set()
    worker.health.shutdown()
    worker.engine.dispose()


def _beside(worker: Worker) -> threading.Thread | None:
    if worker.apart is None:
        return None
    thread = threading.Thread(target=worker.apart.run, name="apart", daemon=True)
    thread.start()
    return thread


def _end_in_time(worker: Worker, stop_s: float, told: threading.Event, ended: threading.Event) -> None:
    """A handler that does not look whether it should end is not waited for: its job goes back as it is."""
    told.wait()
    if not ended.wait(stop_s):
        for lane in worker.lanes:
            lane.abandon()
        logging.shutdown()
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
