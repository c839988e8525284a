"""Joining as fast as the platform answers: a client of kept connections, each carrying one application at a time."""

from __future__ import annotations

import multiprocessing
import re
import secrets
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from benchmarks.people import CSRF

PROCESSES = 2
_CASE = re.compile(rb"(?i)location: [^\r\n]*/applications/([0-9a-z]{16})/submitted")
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to join and as whom: `applicants` and `cadres` are cookie headers."""

    url: str
    union_code: str
    employer: str
    applicants: Sequence[str]
    cadres: Sequence[str]
    connections: int


def joins_per_second(plan: Plan, *, seconds: float) -> tuple[float, int]:
    """Applications submitted and approved within `seconds`, in a second; and how many applicants were begun.

    Raises RuntimeError for any answer that is not the one a browser hopes for.
    """
    shares = [plan.applicants[n::PROCESSES] for n in range(PROCESSES)]
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        done = pool.starmap(_work, [(plan, share, seconds) for share in shares])
    began = max(begun for _, begun, _ in done) * PROCESSES
    return sum(joined / spent for joined, _, spent in done), began


def submit_once(plan: Plan) -> Callable[[], None]:
    """Submit for the first applicant; the function returned approves it."""
    line = _Line(plan, 0)
    line.submit(plan.applicants[0], secrets.token_hex(8))
    case = _CASE.search(line.wait())
    if case is None:
        raise RuntimeError("nothing was submitted")

    def approve() -> None:
        line.approve(case[1].decode(), secrets.token_hex(8))
        line.wait()
        line.socket.close()

    return approve


class _Line:
    """One connection: submits for the next applicant, then approves what it submitted."""

    def __init__(self, plan: Plan, number: int) -> None:
        parts = urlsplit(plan.url)
        self.plan = plan
        self.number = number
        self.socket = socket.create_connection((parts.hostname, parts.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.approving = False

    def post(self, path: str, cookies: str, fields: dict[str, str], key: str) -> None:
        body = urlencode({"csrfmiddlewaretoken": CSRF, "idempotency_key": key, **fields})
        self.received = b""
        self.socket.sendall(
            (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nOrigin: https://127.0.0.1\r\n"
                f"Cookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode()
        )

    def submit(self, cookies: str, key: str) -> None:
        self.approving = False
        fields = {"work_form": "employed", "employer_text": self.plan.employer, "willing": "on"}
        self.post(f"/m/join/{quote(self.plan.union_code)}/confirm", cookies, fields, key)

    def approve(self, case: str, key: str) -> None:
        self.approving = True
        cadre = self.plan.cadres[self.number % len(self.plan.cadres)]
        self.post(f"/console/joining/{case}", cadre, {"decision": "approve", "version": "1"}, key)

    def wait(self) -> bytes:
        while (head := self.answer()) is None:
            pass
        return head

    def answer(self) -> bytes | None:
        """The head of a complete answer, None while more is to come."""
        more = self.socket.recv(65536)
        if not more:
            raise RuntimeError("the server closed the connection")
        self.received += more
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = _LENGTH.search(head)
        if len(body) < int(length[1] if length else 0):
            return None
        if b" 302 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"answered {head[:300]!r} {body[:2000].decode(errors='replace')}")
        return head


def _work(plan: Plan, applicants: Sequence[str], seconds: float) -> tuple[int, int, float]:
    """Joined, begun, seconds spent."""
    waiting = iter(enumerate(applicants))
    watched = selectors.DefaultSelector()
    started = time.monotonic()
    begun = joined = 0
    for number in range(plan.connections // PROCESSES):
        line = _Line(plan, number)
        watched.register(line.socket, selectors.EVENT_READ, line)
        index, cookies = next(waiting)
        line.submit(cookies, f"submit-{index:08d}")
        begun += 1
    while watched.get_map():
        for event, _ in watched.select(timeout=30):
            line = event.data
            head = line.answer()
            if head is None:
                continue
            if not line.approving:
                case = _CASE.search(head)
                if case is None:
                    raise RuntimeError(f"nothing was submitted: {head!r}")
                line.approve(case[1].decode(), f"approve-{case[1].decode()}")
                continue
            joined += 1
            following = next(waiting, None) if time.monotonic() - started < seconds else None
            if following is None:
                watched.unregister(line.socket)
                line.socket.close()
                continue
            line.submit(following[1], f"submit-{following[0]:08d}")
            begun += 1
    return joined, begun, time.monotonic() - started
