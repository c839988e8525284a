"""Job kinds of the tests: they write one row per unit into a table of their own, where nothing is unique."""

from __future__ import annotations

import time

from django.db import connection

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.kernel.errors import Invalid

TABLE = "jobs_test_mark"
CHUNK = 10


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (number bigint NOT NULL)")


def marks() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM {TABLE} ORDER BY number")
        return [number for (number,) in cursor.fetchall()]


def _mark(first: int, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {TABLE} (number) VALUES (%s)", [(first + n,) for n in range(count)])


@job("tests.count", label="逐条计数")
def count(running: RunningJob, cursor: Json) -> Step:
    """Marks `size` numbers in chunks of ten; sleeps in the middle of each so that it can be hit there."""
    first = int(cursor or 0)
    size = int(running.payload["size"])
    count = min(CHUNK, size - first)
    _mark(first, count // 2)
    time.sleep(float(running.payload.get("pause_s", 0)))
    _mark(first + count // 2, count - count // 2)
    return Step(
        cursor=first + count,
        done=count,
        total=size,
        report={"marked": count, "rows": [first], "last": str(first)},
        finished=first + count >= size,
    )


@job("tests.stumble", label="中途出错")
def stumble(running: RunningJob, cursor: Json) -> Step:
    """Marks ten numbers, then fails at the second chunk in the way the payload says."""
    first = int(cursor or 0)
    _mark(first, CHUNK)
    if first >= CHUNK:
        if running.payload["how"] == "expected":
            raise Invalid("tests.bad_row", "第 12 行的日期看不懂，请改正后重新上传。")
        raise RuntimeError("disk 110101199003072316 is gone")
    return Step(cursor=first + CHUNK, done=CHUNK)
