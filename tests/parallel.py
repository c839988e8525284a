"""Real concurrency in tests: threads that start together, each on a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import connections

Result = TypeVar("Result")


class Outcomes(Generic[Result]):
    """What `together` gives back: `values` of the calls that returned, `errors` of those that raised."""

    def __init__(self) -> None:
        self.values: list[Result] = []
        self.errors: list[BaseException] = []


def together(calls: Sequence[Callable[[], Result]], *, wait_s: float = 60) -> Outcomes[Result]:
    """Run all calls at once, up to 60 of them; for tests marked `django_db(transaction=True)`.

    Nothing is swallowed: a test looks at `errors`, for instance `assert {type(e) for e in out.errors} <= {WrongState}`.
    """
    outcomes: Outcomes[Result] = Outcomes()
    barrier = threading.Barrier(len(calls))
    lock = threading.Lock()

    def work(call: Callable[[], Result]) -> None:
        try:
            barrier.wait(timeout=wait_s)
            value = call()
        except BaseException as error:  # noqa: BLE001  handed to the test
            with lock:
                outcomes.errors.append(error)
        else:
            with lock:
                outcomes.values.append(value)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=wait_s)
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError(f"not done after {wait_s} s")
    return outcomes
