"""Many questions at once, one mind that thinks about the answers.

Workers only ask; everything that follows from an answer happens on the thread that runs the crew. So no worker
ever waits for another, whatever the size of the pool, and what is gathered needs no lock.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

Found = TypeVar("Found")


class Crew:
    """A bounded pool of workers; use it as a context manager, `ask`, then `run`."""

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="read")
        self._done: SimpleQueue[tuple[Future[Any], Callable[[Any], None]]] = SimpleQueue()
        self._open = 0

    def ask(self, work: Callable[[], Found], then: Callable[[Found], None]) -> None:
        """Let a worker do `work`; `then` gets its result on the running thread and may ask for more."""
        self._open += 1
        future = self._pool.submit(work)
        future.add_done_callback(lambda finished: self._done.put((finished, then)))

    def run(self) -> None:
        """Go on until nothing is under way. What a worker raises is raised here."""
        while self._open:
            future, then = self._done.get()
            self._open -= 1
            then(future.result())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
