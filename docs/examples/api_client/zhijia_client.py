"""A small client of the Zhijia API: Python 3.11 or later, standard library only.

Two kinds of caller. Another system signs every request:

    system = SystemClient("https://union.example.cn", client_id="7h2k9v0c4m1xq8tz", secret=os.environ["ZHIJIA_SECRET"])
    for member in system.pages("/members", limit=100):
        print(member["name"], member["union"])
    system.post("/applications/3nq8s0k2v7d5x1aw/approve", {"version": 1})

A member signs in with a code sent to his mobile, and keeps a session:

    member = MemberClient("https://union.example.cn")
    member.send_code("13800138000")
    member.sign_in("13800138000", input("code: "))
    print(member.get("/me")["membership"])
    paper = member.upload("/me/files", "退休证.pdf", Path("退休证.pdf").read_bytes())
    member.post("/me/changes", {"kind": "retain", "reason": "retired", "papers": [paper["id"]]})
    Path("copy.xlsx").write_bytes(member.fetch(f"/me/files/{copy_id}"))

Every write carries an Idempotency-Key of its own, so that a retry after a lost answer is carried out once. Requests are
retried when the network fails, on 429 (after Retry-After) and on 502, 503 and 504. Every other error is an `ApiError`.
"""

from __future__ import annotations

import hashlib
import hmac
import http.cookiejar
import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

PREFIX = "/api/v1"
RETRIED = frozenset({429, 502, 503, 504})
Json = Any


class ApiError(Exception):
    """A refusal: `code` is stable, `message` may be shown, `fields` names what is wrong. `status` 0 is no answer."""

    def __init__(self, status: int, code: str, message: str, fields: Mapping[str, str]) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.fields = status, code, message, dict(fields)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    def json(self) -> Json:
        return json.loads(self.body)


@dataclass
class ApiClient(ABC):
    """What both kinds of caller share; `headers_for` is theirs. `wait` is replaced in tests."""

    base: str
    timeout_s: float = 20.0
    most_tries: int = 4
    longest_wait_s: float = 60.0
    wait: Callable[[float], None] = time.sleep
    opener: urllib.request.OpenerDirector = field(default_factory=urllib.request.build_opener)

    @abstractmethod
    def headers_for(self, method: str, target: str, body: bytes) -> dict[str, str]:
        """What tells the platform who asks: a session's cookie and token, or a signature."""

    def get(self, path: str, **query: str | int) -> Json:
        """`get("/members", q="林", limit=20)`. Raises ApiError."""
        text = urllib.parse.urlencode({name: value for name, value in query.items() if value != ""})
        return self._request("GET", f"{path}?{text}" if text else path, b"", "").json()

    def post(self, path: str, said: Json = None, *, key: str = "") -> Json:
        """Carry a command out. Keep `key` yourself where the command must survive a restart of your program."""
        body = b"" if said is None else json.dumps(said, ensure_ascii=False).encode()
        return self._request("POST", path, body, key or secrets.token_urlsafe(18)).json()

    def upload(self, path: str, name: str, content: bytes, *, key: str = "") -> Json:
        """Send a file, as the routes for papers and rosters take it."""
        boundary = secrets.token_hex(16)
        quoted = name.replace("\\", "_").replace('"', "_")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return self._request("POST", path, body, key or secrets.token_urlsafe(18), kind).json()

    def fetch(self, path: str) -> bytes:
        """A file's content."""
        return self._request("GET", path, b"", "").body

    def pages(self, path: str, **query: str | int) -> Iterator[Json]:
        """All rows of a list, page after page."""
        after = ""
        while True:
            page = self.get(path, **{**query, "after": after})
            yield from page["items"]
            after = page["next"]
            if not after:
                return

    def _request(self, method: str, path: str, body: bytes, key: str, kind: str = "application/json") -> Answer:
        """Signed anew at each try: time and nonce change, the key stays."""
        for tried in range(1, self.most_tries + 1):
            last = tried == self.most_tries
            try:
                answer = self._once(method, PREFIX + path, body, key, kind)
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                if last:
                    raise ApiError(0, "client.unreachable", str(error), {}) from error
                self.wait(min(2.0**tried, self.longest_wait_s))
                continue
            if answer.status < 400:
                return answer
            if answer.status not in RETRIED or last:
                raise self._error(answer)
            said = answer.headers.get("Retry-After", "")
            self.wait(min(float(said) if said.isdigit() else 2.0**tried, self.longest_wait_s))
        raise AssertionError("unreachable")

    def _once(self, method: str, target: str, body: bytes, key: str, kind: str) -> Answer:
        headers = {"Accept": "application/json", **self.headers_for(method, target, body)}
        if body:
            headers["Content-Type"] = kind
        if key:
            headers["Idempotency-Key"] = key
        data = body if method == "POST" else None
        request = urllib.request.Request(self.base + target, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with self.opener.open(request, timeout=self.timeout_s) as found:
                return Answer(found.status, found.headers, found.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    @staticmethod
    def _error(answer: Answer) -> ApiError:
        try:
            said = answer.json()
            return ApiError(answer.status, said["code"], said["message"], said["fields"])
        except (ValueError, KeyError, TypeError):  # a proxy's page, not ours
            return ApiError(answer.status, "client.no_json", answer.body[:200].decode("utf-8", "replace"), {})


@dataclass
class SystemClient(ApiClient):
    """Another system: `client_id` and `secret` come from the federation's operator."""

    client_id: str = ""
    secret: str = field(default="", repr=False)
    clock: Callable[[], float] = time.time

    def headers_for(self, method: str, target: str, body: bytes) -> dict[str, str]:
        at, nonce = str(int(self.clock())), secrets.token_urlsafe(18)
        signature = sign(self.secret, method, target, at=at, nonce=nonce, body=body)
        return {
            "Authorization": f"HMAC-SM3 {self.client_id}:{signature}",
            "X-Zhijia-Time": at,
            "X-Zhijia-Nonce": nonce,
        }


def sign(secret: str, method: str, target: str, *, at: str, nonce: str, body: bytes) -> str:
    """HMAC-SM3 over the six lines, in 64 hexadecimal characters. Needs a Python whose OpenSSL knows SM3, as most do."""
    digest = hashlib.new("sm3", body).hexdigest()
    lines = f"ZHIJIA1\n{method}\n{target}\n{at}\n{nonce}\n{digest}"
    return hmac.new(secret.encode(), lines.encode(), "sm3").hexdigest()


@dataclass
class MemberClient(ApiClient):
    """A member's session: cookies, and the token that every write needs."""

    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def headers_for(self, method: str, target: str, body: bytes) -> dict[str, str]:
        return {"X-CSRFToken": self.token, "Origin": self.base} if method == "POST" else {}

    def send_code(self, mobile: str) -> int:
        """Seconds until another code may be asked for."""
        self.token = self.get("/session")["csrf_token"]
        wait: int = self.post("/session/code", {"mobile": mobile})["wait_seconds"]
        return wait

    def sign_in(self, mobile: str, code: str) -> None:
        """The person has read and agreed to both wordings (`GET /consents/privacy`, `/consents/agreement`)."""
        said = {"mobile": mobile, "code": code, "privacy": True, "agreement": True}
        self.token = self.post("/session", said)["csrf_token"]

    def sign_out(self) -> None:
        self.post("/session/end")
        self.token = ""
