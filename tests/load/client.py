"""People at work while things are killed: each repeats a command under its key until it is acknowledged, and what was
acknowledged is on disk before the next command.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode, urlsplit

from benchmarks.people import CSRF
from tests.load.people import Worker

PATIENCE_S = 180
"""How long a command is repeated; longer than any process is away."""
PAUSE_S = 0.05
"""Between two people of a line, so that two cores have room for the processes that come up anew."""
_SUBMITTED = re.compile(r"/applications/([0-9a-z]{16})/submitted")
_ROSTER = re.compile(r"/rosters/([0-9a-z]{16})$")


class Gave(RuntimeError):
    """Something was answered, or not answered, that nobody may be told."""


class Journal:
    """What was acknowledged, a JSON object a line, forced to disk."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    def write(self, did: str, **facts: object) -> None:
        with self._lock:
            self._file.write(json.dumps({"did": did, **facts}) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.counts[did] += 1

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1


class Browser:
    """Somebody signed in, on one kept connection; a broken one is made anew."""

    def __init__(self, url: str, cookies: str, journal: Journal, most_requests: int) -> None:
        self.host = urlsplit(url)
        self.cookies = cookies
        self.journal = journal
        self.most_requests = most_requests
        self._line: http.client.HTTPConnection | None = None

    def get(self, path: str) -> str:
        return self._until_answered("GET", path, None, {})[1]

    def post(self, path: str, fields: Mapping[str, str], file: tuple[str, bytes] | None = None) -> str:
        """The address that the answer leads to. The same key each time, so that it is done once."""
        said = {"csrfmiddlewaretoken": CSRF, "idempotency_key": secrets.token_hex(8), **fields}
        if file is None:
            body, kind = urlencode(said).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = _multipart(said, *file)
        status, text, location = self._until_answered("POST", path, body, {"Content-Type": kind})
        if status != 302:
            raise Gave(f"{path} answered {status} {_sentence(text)}")
        return location

    def _until_answered(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, str, str]:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                status, text, location = self._ask(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self._line = None
                self.journal.count("broken")
            else:
                if status < 500:
                    return status, text, location
                self.journal.count(f"answered {status}")
            time.sleep(0.1)
        raise Gave(f"{path} was not answered within {PATIENCE_S} s")

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, str, str]:
        if self.journal.counts["requests"] >= self.most_requests:
            raise Gave(f"more than {self.most_requests} requests")
        self.journal.count("requests")
        if self._line is None:
            self._line = http.client.HTTPConnection(self.host.hostname or "", self.host.port or 80, timeout=20)
        frame = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https", "Origin": "https://127.0.0.1"}
        self._line.request(method, path, body, {**frame, "Cookie": self.cookies, **headers})
        answer = self._line.getresponse()
        text = answer.read().decode(errors="replace")
        return answer.status, text, answer.headers.get("Location", "")


def _multipart(fields: Mapping[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    mark = secrets.token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    ]
    parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
    body = "".join(parts).encode() + content + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


def _sentence(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())[:300]


def join(
    applicants: Sequence[tuple[int, Browser]], cadre: Browser, union: str, employer: str, journal: Journal,
    enough: threading.Event, random: Random,
) -> None:  # fmt: skip
    """Apply and decide, one person after another, until it is enough; one more afterwards, when nobody kills."""
    for person, browser in applicants:
        last = enough.is_set()
        fields = {"work_form": "employed", "employer_text": employer, "willing": "on"}
        found = _SUBMITTED.search(browser.post(f"/m/join/{quote(union)}/confirm", fields))
        if found is None:
            raise Gave("an application led nowhere")
        journal.write("submitted", person=person, case=found[1])
        decision = {"decision": "approve", "version": "1"}
        if random.random() < 0.2:
            decision |= {"decision": "reject", "reason": "NOT_EMPLOYEE", "note": "不在本单位工作"}
        cadre.post(f"/console/joining/{found[1]}", decision)
        journal.write(decision["decision"], person=person, case=found[1])
        if last:
            return
        time.sleep(PAUSE_S)
    raise Gave("there were too few applicants")


def load_rosters(
    cadre: Browser, unit: str, rosters: Sequence[Sequence[Worker]], journal: Journal, enough: threading.Event
) -> None:
    """Upload, check and write one file after another, until it is enough; one more afterwards."""
    for number, roster in enumerate(rosters):
        last = enough.is_set()
        content = "姓名,证件号码,手机号\n" + "".join(f"{who.name},{who.id_number},{who.mobile}\n" for who in roster)
        place = cadre.post(f"/console/members/rosters?unit={unit}", {}, (f"roster-{number}.csv", content.encode()))
        found = _ROSTER.search(place)
        if found is None:
            raise Gave("a roster led nowhere")
        cadre.post(f"{place}/columns", {"name": "0", "id_number": "1", "mobile": "2"})
        _wait_for(cadre, place, 'id="write"')
        cadre.post(f"{place}/write", {"numbers": "right"})
        journal.write("written", load=found[1], roster=number)
        _wait_for(cadre, place, "已写入。")
        journal.write("finished", load=found[1], roster=number)
        if last:
            return
    raise Gave("there were too few rosters")


def _wait_for(cadre: Browser, place: str, sign: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while sign not in cadre.get(place):
        if time.monotonic() > deadline:
            raise Gave(f"a roster did not come to {sign!r} within {PATIENCE_S} s")
        time.sleep(0.5)
