"""The forms of rendered pages: every answer that a test's client gets is looked at; a form can be sent as it stands.

Django's test client waves requests without a token through, so that a page whose form never could be sent passes every
test. Here the client refuses them as the product does, and a form without token or key fails the test that saw it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.conf import settings
from django.test import Client

TOKEN, KEY = "csrfmiddlewaretoken", "idempotency_key"
_TYPED = ("hidden", "text", "search", "tel", "number", "date", "password", "email", "url")


@dataclass
class Form:
    """One form of a page: where it goes and what it holds as it stands."""

    method: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    files: bool = False

    def send(self, client: Client, **changed: Any) -> Any:
        """POST it as a browser would, from the page at `action`; `changed` fills fields, None takes one out."""
        values: dict[str, Any] = {**self.fields, **changed}
        return client.post(self.action, {name: value for name, value in values.items() if value is not None})


def add_token(client: Client, request: dict[str, Any]) -> None:
    """What a form's hidden field does, for requests that a test writes by hand."""
    if request.get("REQUEST_METHOD", "GET") not in ("GET", "HEAD", "OPTIONS"):
        if settings.CSRF_COOKIE_NAME not in client.cookies:
            client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
        request.setdefault("HTTP_X_CSRFTOKEN", client.cookies[settings.CSRF_COOKIE_NAME].value)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms, self.by_id = address, [], {}
        self.now: Form | None = None
        self.select: tuple[str, list[str]] | None = None
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.now = Form(at.get("method", "get").lower(), at.get("action") or self.address)
            self.forms.append(self.now)
            self.by_id[at.get("id", "")] = self.now
            return
        form = self.by_id.get(at["form"]) if "form" in at else self.now
        if form is None or (not at.get("name") and tag != "option"):
            return
        if tag == "input":
            self._input(form, at)
        elif tag == "button" and at.get("type", "submit") == "submit":
            form.buttons.append((at["name"], at.get("value", "")))
        elif tag == "textarea":
            self.textarea = at["name"]
            form.fields.setdefault(at["name"], [""])
        elif tag == "select":
            self.select = (at["name"], form.fields.setdefault(at["name"], []))
        elif tag == "option" and self.select and ("selected" in at or not self.select[1]):
            self.select[1][:] = [at.get("value", "")]

    def _input(self, form: Form, at: dict[str, str]) -> None:
        kind = at.get("type", "text")
        if kind == "file":
            form.files = True
        elif kind in _TYPED or "checked" in at:
            form.fields.setdefault(at["name"], []).append(at.get("value", "on" if "checked" in at else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.now = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def handle_data(self, data: str) -> None:
        if self.textarea and self.now:
            self.now.fields[self.textarea] = [data]


def forms_of(response: Any) -> list[Form]:
    """The forms of an answer; none of what is no page."""
    if getattr(response, "streaming", False) or not response.get("Content-Type", "").startswith("text/html"):
        return []
    text = response.content.decode()
    if "<form" not in text:
        return []
    query = response.request.get("QUERY_STRING", "")
    reader = _Reader(response.request["PATH_INFO"] + (f"?{query}" if query else ""))
    reader.feed(text)
    return reader.forms


def unmarked(response: Any) -> Iterator[str]:
    """What is missing in the POST forms of an answer: `"/m/consents: no csrfmiddlewaretoken"`."""
    for form in forms_of(response):
        if form.method == "post":
            for name in (TOKEN, KEY):
                if not "".join(form.fields.get(name, [])):
                    yield f"the form to {form.action} on {response.request['PATH_INFO']} has no {name}"
