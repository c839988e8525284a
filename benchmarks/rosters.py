"""A roster as provinces send them, loaded by the command and, as its limit, by sorted COPY of the very same rows.

One row in forty has a wrong number, one in fifty stands twice; rows name their union by code and lie in no order. The
command is killed once on its way and started again. Then its rows are taken out of the tables in the order of unions
and names, and copied into the emptied tables: same columns, same indexes, same foreign keys.
"""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg
import xlsxwriter

from benchmarks.ground import Ground
from benchmarks.people import GIVEN, SURNAMES
from benchmarks.result import Result

Connection = psycopg.Connection[tuple[object, ...]]
HEADER = (
    "序号", "姓名", "身份证号", "手机号", "工会编码", "单位名称", "民族", "学历", "户籍", "岗位", "入会日期",
)  # fmt: skip
TABLES = ("people_person", "members_membership", "members_membershipevent")
MOST_MEMORY_MB = 600
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def rows(count: int, codes: list[str], random: Random) -> Iterator[list[str]]:
    """Eleven columns; persons are told apart by birthday and sequence of the unassigned region 370299."""
    earlier: list[list[str]] = []
    for number in range(count):
        if earlier and random.random() < 0.02:
            yield [str(number), *random.choice(earlier)[1:]]
            continue
        day, sequence = divmod(number, 999)
        year, rest = divmod(day, 336)
        body = f"370299{1961 + year}{rest // 28 + 1:02d}{rest % 28 + 1:02d}{sequence + 1:03d}"
        check = "10X98765432"[sum(int(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True)) % 11]
        if random.random() < 0.025:
            check = "0" if check != "0" else "1"
        name = random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2))))
        row = [
            str(number), name, body + check, f"13{number:09d}", random.choice(codes), "", "汉族", "本科",
            ("农村", "城镇")[number % 2], "操作工", f"20{random.randrange(10, 26)}-0{random.randrange(1, 10)}-15",
        ]  # fmt: skip
        if len(earlier) < 50_000:
            earlier.append(row)
        yield row


def write_csv(path: Path, count: int, codes: list[str]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(rows(count, codes, Random(7)))


def write_xlsx(path: Path, count: int, codes: list[str]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(([*HEADER], *rows(count, codes, Random(7)))):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text)
    book.close()


@dataclass(slots=True)
class Run:
    """`seconds` of all processes together, `memory_mb` at most, all of them added up."""

    seconds: float = 0.0
    memory_mb: float = 0.0
    kills: int = 0


def load(place: Ground, path: Path, *, kill_at: int) -> Run:
    """Run the command; kill it once `kill_at` members are written, and run it again."""
    run = Run()
    with place.connect() as watching:
        if not _once(place, path, run, watching, kill_at=kill_at):
            run.kills = 1
            if not _once(place, path, run, watching, kill_at=0):
                raise RuntimeError("the command did not end")
    return run


def _once(place: Ground, path: Path, run: Run, watching: Connection, *, kill_at: int) -> bool:
    command = [sys.executable, "-m", "zhijia.cli", "load", "members", str(path), "--verbosity", "0"]
    started = time.monotonic()
    process = subprocess.Popen(command, env=dict(place.environment), start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            time.sleep(0.25)
            run.memory_mb = max(run.memory_mb, _memory_mb(process.pid))
            if kill_at and _estimate(watching) >= kill_at:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return False
    finally:
        run.seconds += time.monotonic() - started
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        raise RuntimeError(f"the command ended with {process.returncode}")
    return True


def _estimate(watching: Connection) -> int:
    """Members written, from the load's own cursor."""
    row = watching.execute("SELECT max(cursor) FROM rosters_rosterload WHERE state = 'writing'").fetchone()
    return int(str(row[0])) if row and row[0] is not None else 0


def _memory_mb(session: int) -> float:
    """Proportional memory of all processes of a session: what they share is counted once."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, ValueError, IndexError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[3]) != session:
                continue
            for line in (entry / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def take_out(connection: Connection, folder: Path) -> list[tuple[str, Path]]:
    """The rows written, as COPY's text in the order of unions and names; the tables are empty afterwards."""
    kept = []
    key = {"people_person": "m.person_id", "members_membership": "m.id", "members_membershipevent": "m.id"}
    own = {"people_person": "t.id", "members_membership": "t.id", "members_membershipevent": "t.membership_id"}
    for table in TABLES:
        path = folder / f"{table}.copy"
        statement = (
            f"COPY (SELECT t.* FROM {table} t JOIN members_membership m ON {own[table]} = {key[table]} "
            "ORDER BY m.union_id, m.name_key, m.id) TO STDOUT"
        )
        with path.open("wb") as out, connection.cursor().copy(statement) as copy:
            for piece in copy:
                out.write(piece)
        kept.append((table, path))
    empty(connection)
    return kept


def empty(connection: Connection) -> None:
    connection.execute(f"TRUNCATE {', '.join(TABLES)}, statistics_figuredelta, rosters_rosterload CASCADE")
    connection.execute("CHECKPOINT")


def copy_in(connection: Connection, kept: list[tuple[str, Path]]) -> float:
    """Seconds for the same rows by COPY, each table in one go."""
    started = time.monotonic()
    with connection.transaction(), connection.cursor() as cursor:
        for table, path in kept:
            with path.open("rb") as source, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                while piece := source.read(1024**2):
                    copy.write(piece)
    return time.monotonic() - started


def unions(connection: Connection) -> list[str]:
    found = connection.execute("SELECT code FROM unions_union WHERE type = 'GRASSROOTS' ORDER BY id").fetchall()
    return [str(row[0]) for row in found]


def measure(
    place: Ground, name: str, path: Path, count: int, *, bar: float, most_memory_mb: int = MOST_MEMORY_MB
) -> Result:
    """Load with one kill on the way, then the limit over the same rows."""
    with place.connect() as connection:
        run = load(place, path, kill_at=count * 2 // 5)
        told = connection.execute("SELECT count(*) FROM members_membership WHERE until IS NULL").fetchone()
        members = int(str(told[0])) if told else 0
        people = connection.execute("SELECT count(DISTINCT person_id) FROM members_membership").fetchone()
        events = connection.execute("SELECT count(*) FROM members_membershipevent").fetchone()
        if not people or not events or not members == int(str(people[0])) == int(str(events[0])):
            raise RuntimeError(f"{members} members, {people} persons, {events} events: something twice or lost")
        expected = _good_rows(path.parent / "roster.csv")
        if members != expected:
            raise RuntimeError(f"{members} members of {expected} good rows")
        kept = take_out(connection, path.parent)
        limit = copy_in(connection, kept)
        empty(connection)
    if run.memory_mb > most_memory_mb:
        print(f"{name}: {run.memory_mb:.0f} MB of memory, allowed are {most_memory_mb}", file=sys.stderr)
    note = f"{run.seconds:.1f} s with {run.kills} kill -9, sorted COPY {limit:.1f} s, {run.memory_mb:.0f} MB"
    return Result(name, members / run.seconds, members / limit, "members/s", bar, rows=count, note=note)


def _good_rows(path: Path) -> int:
    """How many persons of the file have a right number, counted by other means than the product's."""
    good = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            number = row[2]
            if number[:17].isdigit():
                total = sum(int(sign) * weight for sign, weight in zip(number, _WEIGHTS, strict=False))
                if "10X98765432"[total % 11] == number[17]:
                    good.add(number)
    return len(good)
