"""Notes for the next page, stored only in requests that leave or read one. Named by MESSAGE_STORAGE."""

from __future__ import annotations

from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject, empty


class LazyStorage(SimpleLazyObject):  # type: ignore[type-arg]
    """Django's storage in cookie or session, made when somebody first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(lambda: FallbackStorage(request))

    def update(self, response: HttpResponseBase) -> list[Message]:
        """At the end of a request; nothing to keep where nobody asked."""
        return [] if self._wrapped is empty else self._wrapped.update(response)
